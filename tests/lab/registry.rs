//! An image registry on a port of its own, so that images have the digests that they were pushed by.

use super::sshd::{find, free_port};
use std::{
    fs,
    net::{IpAddr, Ipv4Addr, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long it may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where engines look for the CAs of registries.
const ROOTS: &str = "/etc/docker/certs.d";

/// How a registry is set up.
#[derive(Clone, Copy, Debug, Default)]
pub struct RegistryOptions {
    /// Whether it speaks TLS, with a certificate that the server's engines are told to trust. It is at an address of
    /// this machine that is not loopback, where engines insist on that.
    pub tls: bool,
    /// Who has to sign in.
    pub login: Option<Login>,
}

/// An account of a registry, in the two forms in which programs write it down.
#[derive(Clone, Copy, Debug)]
pub struct Login {
    /// A line of `htpasswd`, with a hash of bcrypt.
    pub line: &'static str,
    /// Name and password with a colon between them, base64.
    pub pair: &'static str,
}

/// A running registry. Dropping it ends it.
pub struct Registry {
    address: IpAddr,
    port: u16,
    child: Child,
    folder: TempDir,
    roots: Option<PathBuf>,
}

impl Registry {
    /// Whether there is what a registry needs, or why not.
    pub fn missing() -> Option<&'static str> {
        find("docker-registry").is_none().then_some("docker-registry")
    }

    /// Starts one with nothing in it.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        Self::start_with(RegistryOptions::default()).expect("an address")
    }

    /// Starts one that is set up so; nothing where this machine has no address for it.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with(options: RegistryOptions) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let address = if options.tls { outer()? } else { Ipv4Addr::LOCALHOST.into() };
        let config = folder.path().join("config.yml");
        let data = folder.path().join("data");
        let mut text = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n\
             http:\n  addr: {address}:{port}\n",
            data.display()
        );
        let mut roots = None;
        if options.tls {
            let (key, cert) = certificate(folder.path(), address);
            let place = Path::new(ROOTS).join(format!("{address}:{port}"));
            fs::create_dir_all(&place).expect("a folder for the CA");
            fs::copy(&cert, place.join("ca.crt")).expect("a CA");
            roots = Some(place);
            let lines = format!(
                "  tls:\n    certificate: {}\n    key: {}\n",
                cert.display(),
                key.display()
            );
            text.push_str(&lines);
        }
        let docker = folder.path().join("docker");
        fs::create_dir(&docker).expect("a folder");
        let mut filed = "{}".to_owned();
        if let Some(login) = options.login {
            let file = folder.path().join("htpasswd");
            fs::write(&file, format!("{}\n", login.line)).expect("a file of passwords");
            let lines =
                format!("auth:\n  htpasswd:\n    realm: lab\n    path: {}\n", file.display());
            text.push_str(&lines);
            filed = Self::filed(&format!("{address}:{port}"), login.pair);
        }
        fs::write(docker.join("config.json"), filed).expect("a configuration");
        fs::write(&config, text).expect("a configuration");
        let child = Command::new(find("docker-registry").expect("docker-registry"))
            .arg("serve")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry starts");
        let registry = Self { address, port, child, folder, roots };
        let give_up = Instant::now() + PATIENCE;
        while TcpStream::connect((address, port)).is_err() {
            assert!(Instant::now() < give_up, "the registry does not listen");
            // Nothing tells when it is ready but its port.
            thread::sleep(Duration::from_millis(50));
        }
        Some(registry)
    }

    /// What `docker login` writes.
    pub fn filed(registry: &str, pair: &str) -> String {
        format!(r#"{{"auths": {{"{registry}": {{"auth": "{pair}"}}}}}}"#)
    }

    /// As engines name it.
    pub fn name(&self) -> String {
        format!("{}:{}", self.address, self.port)
    }

    /// The name of an image there. Engines speak plain HTTP with registries of their own computer.
    pub fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.name())
    }

    /// The folder with which `docker --config` is let in.
    pub fn docker_config(&self) -> String {
        self.folder.path().join("docker").display().to_string()
    }

    /// Has the engines of this machine trust it no more.
    pub fn distrust(&self) {
        if let Some(roots) = &self.roots {
            let _ = fs::remove_dir_all(roots);
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.distrust();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of this machine that others could reach.
fn outer() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // Nothing is sent: the system only says which way it would go.
    socket.connect(("203.0.113.1", 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback()).then_some(address)
}

/// Makes a key and a certificate for an address, which is its own CA.
fn certificate(folder: &Path, address: IpAddr) -> (PathBuf, PathBuf) {
    let (key, cert) = (folder.join("key.pem"), folder.join("cert.pem"));
    let name = format!("subjectAltName=IP:{address}");
    let made = Command::new(find("openssl").expect("openssl"))
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", "/CN=lab", "-addext", &name, "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (key, cert)
}
