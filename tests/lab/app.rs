//! Apps to install.

use super::sshd::free_port;
use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// What an app of the lab does besides serving a page that its check asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Behaviour<'a> {
    /// Runs before the page is served.
    pub before: &'a str,
    /// Lines of the service, each with six blanks before it.
    pub lines: &'a str,
    /// Further services, each with four blanks before it.
    pub services: &'a str,
    /// The address that the page is published at, with a colon behind it; all of them unless said.
    pub address: &'a str,
    /// What the manifest says of health, in place of the check of the compose file: its lines, each with two blanks
    /// before it.
    pub health: &'a str,
    /// The tag of the image; `1` is in the registry.
    pub tag: &'a str,
}

/// An app that serves a page with its greeting, keeps its secret in a volume, and says how it is.
pub fn manifest(id: &str, image: &str, behaviour: Behaviour<'_>) -> String {
    let Behaviour { before, lines, services, address, health, tag } = behaviour;
    let check = "      healthcheck:\n        test: [CMD, wget, -q, -O, /dev/null, 'http://127.0.0.1:8080/']\n        \
                 interval: 500ms\n        start_period: 5s\n        retries: 3\n";
    let (health, check) = match health {
        "" => (String::new(), check),
        health => (format!("health:\n{health}"), ""),
    };
    format!(
        "id: {id}\nname: App {id}\ndescription: An app that is made for a test.\nversion: '{tag}'\n\
             category: utility\ntags: [test]\nicon: feed\nsettings:\n  - name: WEB_PORT\n    type: port\n    \
             label: Web port\n    default: {port}\n  - name: GREETING\n    type: text\n    label: Greeting\n    \
             default: hello\n  - name: SECRET\n    type: secret\n    label: Secret\n    length: 20\n\
             web:\n  port: WEB_PORT\n  path: /\n{health}compose:\n  services:\n    web:\n      image: {image}\n      \
             restart: unless-stopped\n      ports: [\"{address}${{WEB_PORT}}:8080\"]\n      volumes: [\"data:/data\"]\n      \
             environment: {{ GREETING: \"${{GREETING}}\", SECRET: \"${{SECRET}}\", TZ: \"${{TZ}}\" }}\n      \
             command:\n        - sh\n        - -c\n        - |-\n          mkdir -p /www\n          {before}\n          \
             printf '%s' \"$$SECRET\" > /data/secret\n          echo \"$$GREETING\" > /www/index.html\n          \
             exec httpd -f -p 8080 -h /www\n      stop_grace_period: 0s\n{lines}{check}{services}  volumes:\n    data:\n",
        port = free_port(),
        before = if before.is_empty() { ":" } else { before },
    )
}

/// What a web server answers there.
pub fn fetched(url: &str) -> String {
    let rest = url.strip_prefix("http://").expect("plain HTTP");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host).expect("it listens");
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
}
