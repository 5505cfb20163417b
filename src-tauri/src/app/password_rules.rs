//! Which passwords are taken, and how good one is. No rule asks for kinds of characters: length and
//! rarity are what withstands guessing.
//!
//! Nothing here knows any account's password, so asking as often as one likes tells nothing.

use super::{Tomo, error::AppError, password::composed};
use crate::domain::account::{PasswordStrength, folded};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;
use zxcvbn::{feedback::Warning, zxcvbn};

/// Most characters of a password.
const MOST: usize = 256;
/// What zxcvbn is given: its time grows faster than the length, and this much says enough.
const RATED: usize = 100;
/// No entry of a list of common passwords is longer.
const COMMON: usize = 40;
/// A user name that is shorter stands in many words by chance.
const NAME: usize = 3;
/// A run that is shorter stands in many words by chance.
const RUN: usize = 4;
/// Rows of common keyboards, each read in both directions. Alphabets and digits need no list: their
/// characters follow each other in Unicode.
const ROWS: [&str; 7] = [
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiopü",
    "yxcvbnm,.-",
    "azertyuiop",
    "qsdfghjklm",
];

/// What the settings say about passwords.
#[derive(Clone, Copy, Debug)]
struct Rules {
    /// Least characters.
    least: usize,
    /// Whether common passwords are refused.
    blocklist: bool,
}

impl Tomo {
    async fn password_rules(&self) -> Result<Rules, AppError> {
        let least = self.whole_setting("security.password_min_length").await?;
        let blocklist = self.inner.store.setting(None, "security.password_blocklist").await?;
        Ok(Rules {
            least: usize::try_from(least).unwrap_or(MOST),
            blocklist: blocklist.as_bool().unwrap_or(true),
        })
    }

    /// Says how good a password is, and whether it would be taken for `username`.
    ///
    /// # Errors
    /// When the settings cannot be read.
    pub async fn rate_password(
        &self,
        username: &str,
        password: SecretString,
    ) -> Result<PasswordStrength, AppError> {
        let rules = self.password_rules().await?;
        let username = username.to_owned();
        blocking(move || rate(rules, &username, password.expose_secret())).await
    }

    /// Lets a new password of `username` through, or says every rule that it breaks.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with the rules.
    pub(super) async fn check_new_password(
        &self,
        username: &str,
        password: &SecretString,
    ) -> Result<(), AppError> {
        let rules = self.password_rules().await?;
        let (username, password) = (username.to_owned(), password.clone());
        let problems =
            blocking(move || problems(rules, &username, password.expose_secret())).await?;
        if problems.is_empty() { Ok(()) } else { Err(AppError::Invalid(problems.join(" "))) }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| AppError::internal("looking at a password", &error))
}

fn rate(rules: Rules, username: &str, password: &str) -> PasswordStrength {
    let problems = problems(rules, username, password);
    let rated = Zeroizing::new(password.chars().take(RATED).collect::<String>());
    let username: String = username.chars().take(RATED).collect();
    let estimate = zxcvbn(&rated, &[&username, "tomo"]);
    let feedback = estimate.feedback();
    PasswordStrength {
        score: estimate.score().into(),
        accepted: problems.is_empty(),
        problems,
        warning: feedback.and_then(|said| said.warning()).map(|warning| warning.to_string()),
        suggestions: feedback
            .map(|said| said.suggestions().iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        time_to_guess: estimate.crack_times().offline_slow_hashing_1e4_per_second().to_string(),
    }
}

/// Each rule that the password breaks, as a sentence.
fn problems(rules: Rules, username: &str, password: &str) -> Vec<String> {
    let mut problems = Vec::new();
    // A megabyte of it need not be looked at to be too long; composing joins a few characters at most.
    let password = composed(match password.char_indices().nth(MOST * 4) {
        Some((end, _)) => &password[..end],
        None => password,
    });
    let length = password.chars().count();
    if !(rules.least..=MOST).contains(&length) {
        problems.push(format!("The password needs {} to {MOST} characters.", rules.least));
    }
    if length > MOST {
        // Whatever else it is: nobody waits for a megabyte to be looked through.
        return problems;
    }
    let lower = Zeroizing::new(password.to_lowercase());
    let username = folded(username);
    if username.chars().count() >= NAME && lower.contains(&username) {
        problems.push("The password contains the user name.".into());
    }
    if lower.contains("tomo") {
        problems.push("The password contains 'tomo'.".into());
    }
    let characters = Zeroizing::new(lower.chars().collect::<Vec<_>>());
    if is_repeat(&characters) {
        problems.push("The password repeats itself.".into());
    } else if is_run(&characters) {
        problems.push("The password is a run of neighbouring characters, as 12345678.".into());
    }
    if rules.blocklist && is_common(&password, &lower) {
        problems.push("The password is one of the most common ones.".into());
    }
    problems
}

/// Whether the password is on one of two lists of leaked passwords: the 100,000 most used, which the
/// `passwords` crate ships, and zxcvbn's 30,000. Upper and lower case are the same.
fn is_common(password: &str, lower: &str) -> bool {
    if lower.is_empty() || lower.chars().nth(COMMON).is_some() {
        return false;
    }
    let listed = passwords::analyzer::is_common_password;
    listed(lower)
        || listed(password)
        || zxcvbn(lower, &[]).feedback().and_then(|said| said.warning()).is_some_and(|warning| {
            // Said only where the whole password is one entry of that list.
            matches!(
                warning,
                Warning::ThisIsATop10Password
                    | Warning::ThisIsATop100Password
                    | Warning::ThisIsACommonPassword
            )
        })
}

/// Whether it is something twice or more often, the last time perhaps cut short: `abcabcab`.
fn is_repeat(characters: &[char]) -> bool {
    (1..=characters.len() / 2).any(|period| {
        characters.iter().zip(&characters[period..]).all(|(before, after)| before == after)
    })
}

/// Whether it is made of nothing but runs: `abcdefgh`, `9876543210`, `qwertyuiop`, `abcd4321`.
fn is_run(characters: &[char]) -> bool {
    let mut begin = 0;
    while begin < characters.len() {
        let rest = &characters[begin..];
        let length = [alphabet as fn(char, char) -> Option<Step>, keyboard]
            .into_iter()
            .map(|step| run_length(rest, step))
            .max()
            .unwrap_or_default();
        // The last one may be cut short.
        if length < RUN && (begin == 0 || begin + length < characters.len()) {
            return false;
        }
        begin += length;
    }
    !characters.is_empty()
}

/// Which way a run goes on.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Forward,
    Back,
    Stay,
}

/// How many characters from the beginning go on the same way.
fn run_length(characters: &[char], step: fn(char, char) -> Option<Step>) -> usize {
    let mut steps = characters.windows(2).map(|pair| step(pair[0], pair[1]));
    let Some(Some(first)) = steps.next() else { return characters.len().min(1) };
    2 + steps.take_while(|step| *step == Some(first)).count()
}

/// A step in an alphabet or among the digits; after the last comes the first.
fn alphabet(before: char, after: char) -> Option<Step> {
    match (before, after) {
        ('9', '0') | ('z', 'a') => return Some(Step::Forward),
        ('0', '9') | ('a', 'z') => return Some(Step::Back),
        _ => {}
    }
    match i64::from(u32::from(after)) - i64::from(u32::from(before)) {
        1 => Some(Step::Forward),
        -1 => Some(Step::Back),
        0 => Some(Step::Stay),
        _ => None,
    }
}

/// A step on a keyboard.
fn keyboard(before: char, after: char) -> Option<Step> {
    let goes = |first: char, second: char| {
        ROWS.iter()
            .any(|row| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (first, second)))
    };
    if goes(before, after) {
        Some(Step::Forward)
    } else if goes(after, before) {
        Some(Step::Back)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    const RULES: Rules = Rules { least: 12, blocklist: true };

    fn refused(password: &str) -> String {
        problems(RULES, "Marguerite", password).join(" ")
    }

    /// Length is what counts: no rule asks for a digit, a capital or a sign.
    #[test]
    fn long_and_rare_is_enough() {
        let most = "ab c".chars().cycle().take(255).chain(['!']).collect::<String>();
        for password in [
            "an open door in autumn",
            "zwölf große Bären",
            "五つの橋を渡って帰る夜道",
            "🏠🚪🍂🌧️🕯️📚🫖🧶🐈🌙✨🎻",
            "correct horse battery staple",
            "  leading and trailing  ",
            "tab\tand\0nul and more",
            &most,
        ] {
            assert_eq!(refused(password), "", "{password:?}");
        }
        assert_eq!(refused("small door!"), "The password needs 12 to 256 characters.");
        assert_eq!(refused(&format!("{most}!")), "The password needs 12 to 256 characters.");
        // Characters are counted, not bytes: this is 12 bytes long.
        assert!(refused("🏠🚪🍂").contains("12 to 256"));
    }

    /// The user name and the program's own are what is tried first.
    #[test]
    fn names_are_refused_wherever_they_stand() {
        for password in ["marguerite 1984!", "my MARGUERITE and me"] {
            assert_eq!(refused(password), "The password contains the user name.", "{password}");
        }
        assert!(refused("the ToMo at our house").contains("'tomo'"));
        assert!(problems(RULES, "an", "an open door in autumn").is_empty(), "too short to matter");
        assert!(problems(RULES, "ÀNNE", "the house of ànne").len() == 1, "any alphabet");
        assert!(problems(RULES, "", "an open door in autumn").is_empty());
    }

    /// What fingers do by themselves is tried right after that.
    #[test]
    fn runs_and_repeats_are_refused() {
        for run in [
            "abcdefghijkl",
            "lkjihgfedcba",
            "123456789012",
            "098765432109",
            "qwertyuiopasdf",
            "QWERTYUIOPAS",
            "qwertzuiopasdf",
            "azertyuiopqs",
            "poiuytrewqlkjh",
            "1234567890qwertyuiop",
            "абвгдежзийкл",
            "xyzabcdefghi",
            "abcdefgh1234",
            "aaaaaabbbbbb",
            "zxcvbnm,./asdfgh",
        ] {
            assert!(refused(run).contains("run"), "{run}: {}", refused(run));
        }
        for repeat in [
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "abcabcabcabca",
            "日本日本日本日本日本日本",
            "            ",
            "once more once more ",
            "🏠🏠🏠🏠🏠🏠🏠🏠🏠🏠🏠🏠",
        ] {
            assert!(refused(repeat).contains("repeats"), "{repeat}: {}", refused(repeat));
        }
        for neither in
            ["abcdefgh and more", "my 1234567890 days", "qwerty is no key", "door door autumn"]
        {
            assert_eq!(refused(neither), "", "{neither}");
        }
    }

    /// The lists are real ones, and each of the two is asked: these stand on one of them alone.
    #[test]
    fn common_passwords_are_refused_unless_the_setting_allows_them() {
        let loose = Rules { least: 8, blocklist: true };
        for password in [
            "password",
            "Password",
            "PASSWORD1",
            "trustno1",
            "iloveyou2",
            "sonyericsson",
            "polniypizdec0211",
            "1q2w3e4r5t6y",
            "1234567890-=",
            "012345678910",
        ] {
            let said = problems(loose, "", password).join(" ");
            assert!(said.contains("most common"), "{password}: {said}");
            let said = problems(Rules { blocklist: false, ..loose }, "", password).join(" ");
            assert!(!said.contains("most common"), "{password}: {said}");
        }
        assert!(is_common("010203010203", "010203010203"), "in the larger list");
        assert!(is_common("mailcreated5240", "mailcreated5240"), "in zxcvbn's");
        assert_eq!(refused("international relations"), "");
    }

    /// The meter is asked at every key that is pressed.
    #[test]
    fn the_longest_password_is_rated_at_once() {
        let worst =
            "P4ssw0rd ünd 1q2w3e ".chars().cycle().take(255).chain(['!']).collect::<String>();
        rate(RULES, "", &worst);
        let begin = Instant::now();
        let strength = rate(RULES, "", &worst);
        assert!(strength.accepted && strength.score == 4, "{strength:?}");
        // Without optimisation; a hang is what this is about.
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
        let begin = Instant::now();
        assert!(!rate(RULES, &"n".repeat(1_000_000), &"x".repeat(1_000_000)).accepted);
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    }

    /// A meter that only says 'weak' teaches nothing.
    #[test]
    fn the_meter_says_why() {
        let strength = rate(RULES, "marguerite", "marguerite1");
        assert!(strength.score <= 1 && !strength.accepted, "{strength:?}");
        assert!(!strength.suggestions.is_empty());
        let strength = rate(RULES, "", "password");
        assert_eq!(strength.warning.as_deref(), Some("This is a top-10 common password."));
        let strength = rate(RULES, "", "an open door in autumn");
        assert_eq!(
            (strength.score, strength.warning, strength.time_to_guess.as_str()),
            (4, None, "centuries")
        );
    }
}
