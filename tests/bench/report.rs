//! Claims with both sides' figures, and the table that is printed.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use std::{error::Error, io::Write as _};

/// What a part comes back with: an error means that it could not run.
pub type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// What a figure counts.
#[derive(Clone, Copy)]
pub enum Unit {
    Milliseconds,
    Bytes,
    Mebibytes,
    Percent,
    Count,
    RoundTrips,
    PerSecond,
}

/// What was promised.
#[derive(Clone, Copy)]
pub enum Target {
    /// Ours divided by theirs is at most this.
    Ratio(f64),
    /// Ours is at most this.
    AtMost(f64),
    /// Nothing: a figure to know.
    Nothing,
}

struct Claim {
    what: String,
    unit: Unit,
    ours: f64,
    theirs: Option<f64>,
    target: Target,
}

/// All claims of a run.
#[derive(Default)]
pub struct Report {
    claims: Vec<Claim>,
}

impl Report {
    /// Adds pairs of the same thing, each pair taken one after the other: the medians of both
    /// sides count.
    pub fn compare(&mut self, what: &str, unit: Unit, pairs: &[(f64, f64)], target: Target) {
        let (ours, theirs): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        self.claims.push(Claim {
            what: what.to_owned(),
            unit,
            ours: median(ours),
            theirs: Some(median(theirs)),
            target,
        });
    }

    /// Adds a figure that has no other side.
    pub fn figure(&mut self, what: &str, unit: Unit, ours: f64, target: Target) {
        self.claims.push(Claim { what: what.to_owned(), unit, ours, theirs: None, target });
    }

    /// Prints the table.
    pub fn print(&self) {
        let mut table = Table::new();
        table
            .load_preset(UTF8_HORIZONTAL_ONLY)
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(["claim", "ours", "theirs", "ratio", "target", ""]);
        for claim in &self.claims {
            table.add_row(claim.cells());
        }
        for column in 1..=4 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        say(&table.to_string());
    }
}

impl Claim {
    fn ratio(&self) -> Option<f64> {
        Some(self.ours / self.theirs?)
    }

    fn cells(&self) -> [String; 6] {
        let dash = || "–".to_owned();
        let (target, verdict) = match self.target {
            Target::Ratio(most) => (
                format!("≤ {}×", short(most)),
                verdict(self.ratio().unwrap_or(f64::INFINITY), most),
            ),
            Target::AtMost(most) => {
                (format!("≤ {}", self.unit.write(most)), verdict(self.ours, most))
            }
            Target::Nothing => (dash(), String::new()),
        };
        [
            self.what.clone(),
            self.unit.write(self.ours),
            self.theirs.map_or_else(dash, |theirs| self.unit.write(theirs)),
            self.ratio().map_or_else(dash, |ratio| format!("{}×", short(ratio))),
            target,
            verdict,
        ]
    }
}

impl Unit {
    fn write(self, figure: f64) -> String {
        match self {
            Self::Milliseconds => format!("{} ms", short(figure)),
            Self::Bytes => format!("{figure:.0} B"),
            Self::Mebibytes => format!("{figure:.0} MiB"),
            Self::Percent => format!("{} %", short(figure)),
            Self::Count => format!("{figure:.0}"),
            Self::RoundTrips => format!("{} round trips", short(figure)),
            Self::PerSecond => format!("{figure:.0}/s"),
        }
    }
}

fn verdict(figure: f64, most: f64) -> String {
    if figure <= most {
        "held".to_owned()
    } else if most == 0.0 {
        format!("short by {}", short(figure))
    } else {
        format!("short by {:.0} %", (figure / most - 1.0) * 100.0)
    }
}

/// Two digits that count.
fn short(figure: f64) -> String {
    match figure.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.1 => format!("{figure:.3}"),
        size if size < 10.0 => format!("{figure:.2}"),
        size if size < 100.0 => format!("{figure:.1}"),
        _ => format!("{figure:.0}"),
    }
}

/// The middle one.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The figure that 95 of 100 do not exceed.
pub fn p95(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let at = (figures.len() * 95).div_ceil(100).saturating_sub(1);
    figures.get(at).copied().unwrap_or(f64::NAN)
}

/// Prints a line.
pub fn say(text: &str) {
    // Nobody listening is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{text}");
}
