//! What is said to somebody whose role does not allow a command, in words for a person.

use super::user::Role;

/// What commands do that not every role may call, by their names or the beginnings of these.
const DOING: &[(&str, &str)] = &[
    ("app.backup", "back apps up or look into their backups"),
    ("app.move", "move apps to other servers"),
    ("app.adopt", "take over compose projects"),
    ("app.look_for_newer", "look for newer images"),
    ("app.open", "open the pages of apps"),
    ("app.restore", "bring backups of apps back"),
    ("app.reveal", "look at secrets of apps"),
    ("app.release", "release apps"),
    ("app.", "install, start, stop or remove apps"),
    ("app_source.sync", "read sources of apps anew"),
    ("app_source.", "add, show, hide or remove sources of apps"),
    ("audit.", "look at the trail of changed settings"),
    ("backup.restore", "restore backups"),
    ("backup.", "make or look at backups"),
    ("collection.", "pause or resume the watching of servers"),
    ("container.act", "act on containers"),
    ("container.limit", "change what containers may use"),
    ("container.look", "look for container engines anew"),
    ("container.remove", "remove containers"),
    ("container.rename", "rename containers"),
    ("container.reveal", "see masked values"),
    ("diagnostics.", "write diagnostics"),
    ("docker.", "set Docker up on servers"),
    ("host_key.", "decide about host keys"),
    ("image.remove", "remove images"),
    ("key.", "look into private keys"),
    ("lock.", "see or lift the locks of accounts"),
    ("network.remove", "remove networks"),
    ("plan.", "decide about what assistants want to do"),
    ("prune.run", "clear out what no container uses"),
    ("retention.", "drop old data"),
    ("server.add", "add servers"),
    ("server.connect", "connect servers"),
    ("server.disconnect", "disconnect servers"),
    ("server.edit", "change servers"),
    ("server.remove", "remove servers"),
    ("server.test", "test servers"),
    ("server_list.", "export or import the list of servers"),
    ("setting.", "change settings that are the same for everybody"),
    ("terminal.", "open terminals and run programs"),
    ("user.", "look at or change accounts"),
    ("volume.remove", "remove volumes"),
];

/// What a command does, to stand after 'may not'.
#[must_use]
pub fn doing(command: &str) -> Option<&'static str> {
    DOING.iter().find(|(name, _)| command.starts_with(name)).map(|(_, doing)| *doing)
}

/// `The role 'readonly' may not remove containers`, without its full stop.
#[must_use]
pub fn may_not(role: Role, command: &str) -> String {
    match doing(command) {
        Some(doing) => format!("The role '{}' may not {doing}", role.as_str()),
        None => format!("The role '{}' may not do this", role.as_str()),
    }
}

/// What to do about it.
pub const HINT: &str = "An admin can do it, or change the role.";
