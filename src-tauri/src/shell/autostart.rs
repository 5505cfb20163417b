//! A desktop entry in the `autostart` folder of a Linux desktop, as freedesktop.org's Desktop
//! Application Autostart and Desktop Entry specifications have it.

use crate::app::{AtLogin, LoginEntry};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The entry of one data folder.
#[derive(Debug)]
pub struct DesktopFile {
    path: PathBuf,
    program: PathBuf,
    arguments: Vec<String>,
}

impl DesktopFile {
    /// In the configuration folder of this user; nothing where there is none.
    #[must_use]
    pub fn of_this_user(at_login: AtLogin) -> Option<Self> {
        let folders = directories::BaseDirs::new()?;
        // An AppImage runs from a place that is gone after the next start; its file stays.
        let program = std::env::var_os("APPIMAGE").map(PathBuf::from);
        let program = program.or_else(|| std::env::current_exe().ok())?;
        Some(Self::new(folders.config_dir(), program, at_login))
    }

    /// In the configuration folder `config`, for this program.
    #[must_use]
    pub fn new(config: &Path, program: PathBuf, at_login: AtLogin) -> Self {
        let path = config.join("autostart").join(format!("{}.desktop", at_login.name));
        Self { path, program, arguments: at_login.arguments }
    }

    fn text(&self) -> io::Result<String> {
        let program = self.program.to_str().ok_or(io::ErrorKind::InvalidFilename)?;
        let words = std::iter::once(program).chain(self.arguments.iter().map(String::as_str));
        let command = words.map(quote).collect::<io::Result<Vec<_>>>()?.join(" ");
        Ok(format!(
            "[Desktop Entry]\nType=Application\nVersion=1.5\nName=Tomo\n\
             Comment=Watches the machines you keep at home\nExec={command}\nTerminal=false\n\
             StartupNotify=false\nX-GNOME-Autostart-enabled=true\n"
        ))
    }
}

impl LoginEntry for DesktopFile {
    fn put(&self, wanted: bool) -> io::Result<()> {
        if !wanted {
            return match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let text = self.text()?;
        if fs::read_to_string(&self.path).is_ok_and(|present| present == text) {
            return Ok(());
        }
        let folder = self.path.parent().ok_or(io::ErrorKind::InvalidFilename)?;
        fs::create_dir_all(folder)?;
        let file = tempfile::NamedTempFile::new_in(folder)?;
        fs::write(file.path(), text)?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// A word of `Exec`. It is unescaped twice, as any text of the file and as an argument, and `%` would
/// begin a field code.
fn quote(word: &str) -> io::Result<String> {
    if word.chars().any(char::is_control) {
        return Err(io::ErrorKind::InvalidFilename.into());
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('"');
    for letter in word.chars() {
        match letter {
            '\\' => quoted.push_str(r"\\\\"),
            '"' | '`' | '$' => {
                quoted.push_str(r"\\");
                quoted.push(letter);
            }
            '%' => quoted.push_str("%%"),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path with a blank would start another program; one with a `%` or `$`, none.
    #[test]
    fn any_path_is_one_word() {
        let quoted = |word| quote(word).ok();
        assert_eq!(quoted("/opt/My Apps/tomo").as_deref(), Some(r#""/opt/My Apps/tomo""#));
        assert_eq!(quoted(r#"a"b$c`d\e%f"#).as_deref(), Some(r#""a\\"b\\$c\\`d\\\\e%%f""#));
        assert_eq!(quoted("a\nExec=b"), None);
    }
}
