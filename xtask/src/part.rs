//! The system parts that Tomo and its tests need, how each is recognised, and what each distribution
//! calls it. A part is recognised by what it gives (a program, a library), not by a package's name, so
//! that it counts however it got there.

use std::path::PathBuf;

use crate::say::output_of;

/// What a part is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Compiling and running Tomo.
    Build,
    /// The tests' real servers and keychain.
    Lab,
    /// The tests that drive the real window.
    Window,
    /// Rendering the icons.
    Icons,
}

/// How a part is recognised.
pub enum Probe {
    /// A program in the search path or in a folder of system programs.
    Program(&'static str),
    /// A library with headers, by any of its pkg-config names.
    Library(&'static [&'static str]),
    /// A font family.
    Font(&'static str),
    /// A module of Python 3.
    Python(&'static str),
    /// A command that docker gets from a plugin.
    DockerPlugin(&'static str),
}

/// One thing that has to be on the machine.
pub struct Part {
    /// What people call it.
    pub name: &'static str,
    /// What it is needed for.
    pub used_for: Use,
    /// How it is recognised.
    pub probe: Probe,
    /// The package for Debian and Ubuntu.
    pub apt: &'static str,
    /// The package, or what it provides, for Fedora.
    pub dnf: &'static str,
    /// The package for Arch.
    pub pacman: &'static str,
}

/// Every part on Linux. On the other systems nothing has to be installed by package.
pub const PARTS: &[Part] = &[
    Part {
        name: "C compiler",
        used_for: Use::Build,
        probe: Probe::Program("cc"),
        apt: "build-essential",
        dnf: "gcc",
        pacman: "base-devel",
    },
    Part {
        name: "pkg-config",
        used_for: Use::Build,
        probe: Probe::Program("pkg-config"),
        apt: "pkg-config",
        dnf: "/usr/bin/pkg-config",
        pacman: "pkgconf",
    },
    Part {
        name: "WebKitGTK 4.1",
        used_for: Use::Build,
        probe: Probe::Library(&["webkit2gtk-4.1"]),
        apt: "libwebkit2gtk-4.1-dev",
        dnf: "pkgconfig(webkit2gtk-4.1)",
        pacman: "webkit2gtk-4.1",
    },
    Part {
        name: "AppIndicator (tray)",
        used_for: Use::Build,
        probe: Probe::Library(&["ayatana-appindicator3-0.1", "appindicator3-0.1"]),
        apt: "libayatana-appindicator3-dev",
        dnf: "libappindicator-gtk3-devel",
        pacman: "libayatana-appindicator",
    },
    Part {
        name: "D-Bus library",
        used_for: Use::Build,
        probe: Probe::Library(&["dbus-1"]),
        apt: "libdbus-1-dev",
        dnf: "pkgconfig(dbus-1)",
        pacman: "dbus",
    },
    Part {
        name: "OpenSSH server",
        used_for: Use::Lab,
        probe: Probe::Program("sshd"),
        apt: "openssh-server",
        dnf: "openssh-server",
        pacman: "openssh",
    },
    Part {
        name: "OpenSSH client",
        used_for: Use::Lab,
        probe: Probe::Program("ssh-keygen"),
        apt: "openssh-client",
        dnf: "/usr/bin/ssh-keygen",
        pacman: "openssh",
    },
    Part {
        name: "process tools",
        used_for: Use::Lab,
        probe: Probe::Program("ps"),
        apt: "procps",
        dnf: "procps-ng",
        pacman: "procps-ng",
    },
    Part {
        name: "D-Bus daemon",
        used_for: Use::Lab,
        probe: Probe::Program("dbus-daemon"),
        apt: "dbus",
        dnf: "/usr/bin/dbus-daemon",
        pacman: "dbus",
    },
    Part {
        name: "D-Bus tools",
        used_for: Use::Lab,
        probe: Probe::Program("dbus-send"),
        apt: "dbus",
        dnf: "/usr/bin/dbus-send",
        pacman: "dbus",
    },
    Part {
        name: "D-Bus session starter",
        used_for: Use::Lab,
        probe: Probe::Program("dbus-run-session"),
        apt: "dbus-x11",
        dnf: "/usr/bin/dbus-run-session",
        pacman: "dbus",
    },
    Part {
        name: "GNOME Keyring",
        used_for: Use::Lab,
        probe: Probe::Program("gnome-keyring-daemon"),
        apt: "gnome-keyring",
        dnf: "gnome-keyring",
        pacman: "gnome-keyring",
    },
    Part {
        name: "BusyBox",
        used_for: Use::Lab,
        probe: Probe::Program("busybox"),
        apt: "busybox-static",
        dnf: "busybox",
        pacman: "busybox",
    },
    Part {
        name: "Docker Engine",
        used_for: Use::Lab,
        probe: Probe::Program("dockerd"),
        apt: "docker.io",
        dnf: "moby-engine",
        pacman: "docker",
    },
    Part {
        name: "sudo",
        used_for: Use::Lab,
        probe: Probe::Program("sudo"),
        apt: "sudo",
        dnf: "sudo",
        pacman: "sudo",
    },
    Part {
        name: "Docker Compose",
        used_for: Use::Lab,
        probe: Probe::DockerPlugin("compose"),
        apt: "docker-compose-v2",
        dnf: "docker-compose",
        pacman: "docker-compose",
    },
    Part {
        name: "image registry",
        used_for: Use::Lab,
        probe: Probe::Program("docker-registry"),
        apt: "docker-registry",
        dnf: "docker-distribution",
        pacman: "docker-registry",
    },
    Part {
        name: "git, and its server",
        used_for: Use::Lab,
        probe: Probe::Program("git"),
        apt: "git",
        dnf: "git-core",
        pacman: "git",
    },
    Part {
        name: "Podman",
        used_for: Use::Lab,
        probe: Probe::Program("podman"),
        apt: "podman",
        dnf: "podman",
        pacman: "podman",
    },
    Part {
        name: "fish shell",
        used_for: Use::Lab,
        probe: Probe::Program("fish"),
        apt: "fish",
        dnf: "fish",
        pacman: "fish",
    },
    Part {
        name: "SQLite shell",
        used_for: Use::Lab,
        probe: Probe::Program("sqlite3"),
        apt: "sqlite3",
        dnf: "/usr/bin/sqlite3",
        pacman: "sqlite",
    },
    Part {
        name: "Python with virtual environments",
        used_for: Use::Lab,
        // Debian ships `venv` without what it needs to put pip into a new environment.
        probe: Probe::Python("ensurepip"),
        apt: "python3-venv",
        dnf: "python3",
        pacman: "python",
    },
    Part {
        name: "Xvfb",
        used_for: Use::Window,
        probe: Probe::Program("Xvfb"),
        apt: "xvfb",
        dnf: "/usr/bin/Xvfb",
        pacman: "xorg-server-xvfb",
    },
    Part {
        name: "WebKitWebDriver",
        used_for: Use::Window,
        probe: Probe::Program("WebKitWebDriver"),
        apt: "webkit2gtk-driver",
        dnf: "/usr/bin/WebKitWebDriver",
        pacman: "webkitgtk-6.0",
    },
    Part {
        name: "Openbox",
        used_for: Use::Window,
        probe: Probe::Program("openbox"),
        apt: "openbox",
        dnf: "openbox",
        pacman: "openbox",
    },
    Part {
        name: "wmctrl",
        used_for: Use::Window,
        probe: Probe::Program("wmctrl"),
        apt: "wmctrl",
        dnf: "wmctrl",
        pacman: "wmctrl",
    },
    Part {
        name: "ImageMagick",
        used_for: Use::Window,
        probe: Probe::Program("import"),
        apt: "imagemagick",
        dnf: "/usr/bin/import",
        pacman: "imagemagick",
    },
    Part {
        name: "font list",
        used_for: Use::Window,
        probe: Probe::Program("fc-list"),
        apt: "fontconfig",
        dnf: "fontconfig",
        pacman: "fontconfig",
    },
    Part {
        name: "Noto Sans",
        used_for: Use::Window,
        probe: Probe::Font("Noto Sans"),
        apt: "fonts-noto-core",
        dnf: "google-noto-sans-fonts",
        pacman: "noto-fonts",
    },
    Part {
        name: "Noto Color Emoji",
        used_for: Use::Window,
        probe: Probe::Font("Noto Color Emoji"),
        apt: "fonts-noto-color-emoji",
        dnf: "google-noto-color-emoji-fonts",
        pacman: "noto-fonts-emoji",
    },
    Part {
        name: "rsvg-convert",
        used_for: Use::Icons,
        probe: Probe::Program("rsvg-convert"),
        apt: "librsvg2-bin",
        dnf: "/usr/bin/rsvg-convert",
        pacman: "librsvg",
    },
];

impl Part {
    /// Whether apt's distributions need more for it than the name of a package.
    pub fn has_recipe(&self) -> bool {
        matches!(self.probe, Probe::DockerPlugin(_))
    }

    /// Whether this machine has it.
    pub fn is_here(&self) -> bool {
        match self.probe {
            Probe::Program(name) => find_program(name).is_some(),
            Probe::Library(names) => {
                names.iter().any(|name| output_of("pkg-config", &["--exists", name]).is_some())
            }
            Probe::Python(module) => {
                output_of("python3", &["-c", &format!("import {module}")]).is_some()
            }
            Probe::DockerPlugin(name) => output_of("docker", &[name, "version"]).is_some(),
            Probe::Font(family) => {
                output_of("fc-list", &[family]).is_some_and(|fonts| !fonts.is_empty())
            }
        }
    }
}

/// Where a program is; folders of system programs count although an ordinary search path lacks them.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&search_path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
