//! Simulated servers, all behind one port: every account is another host. They take the
//! collector's script as a shell would, and answer its requests with blocks whose counters go on.

use crate::report::{Done, say};
use russh::{
    Channel, ChannelId,
    keys::decode_secret_key,
    server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, run_stream},
};
use std::{io::Read as _, sync::Arc, time::Instant};
use tokio::net::TcpListener;

/// Answers until the input ends.
pub fn serve(private_key: &str) -> Done {
    let config = Config {
        keys: vec![decode_secret_key(private_key, None)?],
        nodelay: true,
        ..Config::default()
    };
    let config = Arc::new(config);
    // On one processor more threads would only take turns.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
    say(&listener.local_addr()?.port().to_string());
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        drop(ended);
    });
    runtime.block_on(async move {
        let accepting = async {
            let mut number = 0;
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                number += 1;
                let (config, host) = (config.clone(), Host::new(number));
                tokio::spawn(async move {
                    if let Ok(session) = run_stream(config, stream, host).await {
                        let _ = session.await;
                    }
                });
            }
        };
        tokio::select! { _ = end => {}, () = accepting => {} }
    });
    Ok(())
}

/// One host, as long as its connection lives.
struct Host {
    /// Makes its figures differ from the others'.
    number: u64,
    started: Instant,
    /// The script, until it is whole.
    script: Vec<u8>,
    nonce: Option<String>,
}

impl Host {
    fn new(number: u64) -> Self {
        Self { number, started: Instant::now(), script: Vec::new(), nonce: None }
    }

    /// What a shell would say to this input.
    fn hear(&mut self, data: &[u8]) -> String {
        if let Some(nonce) = &self.nonce {
            let requests = String::from_utf8_lossy(data);
            return requests.lines().map(|request| self.block(nonce, request)).collect();
        }
        self.script.extend_from_slice(data);
        // The script comes in braces, inside of others.
        if !self.script.ends_with(b"}\n\n}\n") {
            return String::new();
        }
        let script = String::from_utf8_lossy(&self.script).into_owned();
        let after = |mark: &str| script.split_once(mark).and_then(|(_, rest)| rest.lines().next());
        let greeting = after("{ echo ").unwrap_or_default().to_owned();
        let nonce = after("TOMO_NONCE=").unwrap_or_default().to_owned();
        let answer = format!("{greeting}\n@@{nonce} begin\n@@{nonce} ready\nawk\n@@{nonce} end\n");
        self.nonce = Some(nonce);
        answer
    }

    fn block(&self, nonce: &str, request: &str) -> String {
        let mut sections = self.counters();
        let asked = |letter: char| request.contains(letter);
        if asked('t') {
            sections.push(("temperatures", "coretemp\tPackage\ttemp1\t\t48000\n".to_owned()));
        }
        if asked('n') {
            sections.push(("interfaces", "eth0 p\nlo \n".to_owned()));
        }
        if asked('m') {
            sections.push(("mounts", "/dev/sda1 / ext4 rw 0 0\n".to_owned()));
            let head = "Filesystem 1024-blocks Used Available Capacity Mounted on";
            let root = "/dev/sda1 102400000 41230000 61170000 41% /";
            sections.push(("free_space", format!("{head}\n{root}\n")));
        }
        if asked('i') {
            sections.push(("system", "Linux 6.1.0 x86_64\n".to_owned()));
            sections.push(("hostname", format!("host-{}\n", self.number)));
            sections.push(("os_release", "ID=debian\nPRETTY_NAME=\"Debian 12\"\n".to_owned()));
            sections.push(("processors", "4\nmodel name : simulated\n".to_owned()));
        }
        let mut block = format!("@@{nonce} begin\n");
        for (name, content) in sections {
            block.push_str(&format!("@@{nonce} {name}\n{content}"));
        }
        block + &format!("@@{nonce} end\n")
    }

    /// What every block holds, as long as on a machine with four processors.
    fn counters(&self) -> Vec<(&'static str, String)> {
        let seconds = self.started.elapsed().as_secs_f64() + 100_000.0 + self.number as f64;
        let ticks = (seconds * 100.0) as u64;
        let (busy, idle) = (ticks / 5, ticks - ticks / 5);
        let line = |name: &str, by: u64| {
            format!("{name} {} 0 {} {} 120 0 40 0 0 0\n", busy * by, busy * by / 3, idle * by)
        };
        let mut cpu = line("cpu ", 4);
        for core in 0..4 {
            cpu.push_str(&line(&format!("cpu{core}"), 1));
        }
        let bytes = (seconds * 130_000.0) as u64;
        let disk = format!("8 0 sda {0} 0 {1} 0 {0} 0 {1} 0 0 0 0 0 0 0 0\n", ticks, ticks * 16);
        let stat =
            format!("77 (awk) S 1 1 1 0 -1 4194304 100 0 0 0 {} 1 0 0 20 0 1\n", ticks / 999);
        vec![
            ("uptime", format!("{seconds:.2} {:.2}\n", seconds * 3.1)),
            ("cpu", cpu),
            ("memory", MEMORY.to_owned()),
            ("load", "0.42 0.38 0.31 2/311 12345\n".to_owned()),
            ("network", format!("{NETWORK}{bytes} 0 0 0 0 0 0 0 {bytes} 0 0 0 0 0 0 0\n")),
            ("disks", disk),
            ("self", stat),
        ]
    }
}

const MEMORY: &str = "MemTotal:        8124532 kB\nMemFree:          612340 kB\n\
    MemAvailable:    5230112 kB\nBuffers:          210332 kB\nCached:          4210032 kB\n\
    SwapCached:            0 kB\nActive:          3120112 kB\nInactive:        3310008 kB\n\
    SwapTotal:       2097148 kB\nSwapFree:        2097148 kB\nSReclaimable:     310212 kB\n";

const NETWORK: &str = "Inter-|   Receive                            |  Transmit\n \
    face |bytes    packets errs drop fifo frame compressed multicast|bytes\n    \
    lo: 11873459 83921 0 0 0 0 0 0 11873459 83921 0 0 0 0 0 0\n  eth0: ";

impl Handler for Host {
    type Error = russh::Error;

    async fn auth_password(&mut self, _: &str, _: &str) -> Result<Auth, Self::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let answer = self.hear(data);
        if answer.is_empty() { Ok(()) } else { session.data(channel, answer.into_bytes()) }
    }
}
