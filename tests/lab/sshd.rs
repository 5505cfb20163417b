//! OpenSSH servers on free loopback ports.
