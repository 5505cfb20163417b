//! Temperatures from `/sys/class/hwmon`, or from `/sys/class/thermal` where there is no hwmon.

use crate::domain::sample::Temperature;

/// Readings outside of this are a sensor that is not connected: −128, 0 K, 255.
const PLAUSIBLE_CELSIUS: std::ops::RangeInclusive<f64> = -40.0..=150.0;

struct Reading<'a> {
    chip: &'a str,
    label: &'a str,
    sensor: &'a str,
    device: &'a str,
    celsius: f64,
}

/// Sensors in the script's lines: chip, label, sensor, device and millidegrees, between tabs.
#[must_use]
pub fn parse(text: &str) -> Vec<Temperature> {
    let readings: Vec<Reading<'_>> = text.lines().filter_map(reading).collect();
    let plain: Vec<String> = readings.iter().map(|reading| reading.name("")).collect();
    readings
        .iter()
        .zip(&plain)
        .map(|(reading, name)| {
            let twins = plain.iter().filter(|other| *other == name).count();
            // Two disks have the same chip and label; the device, or the sensor, tells them apart.
            let label = match (twins, reading.device) {
                (..=1, _) => name.clone(),
                (_, "") => reading.name(reading.sensor),
                (_, device) => reading.name(device),
            };
            Temperature { label, celsius: reading.celsius }
        })
        .collect()
}

impl Reading<'_> {
    fn name(&self, suffix: &str) -> String {
        let words = [self.chip, self.label, suffix];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn reading(line: &str) -> Option<Reading<'_>> {
    let mut words = line.split('\t').map(str::trim);
    let mut next = || words.next();
    let (chip, label, sensor, device) = (next()?, next()?, next()?, next()?);
    let millidegrees: i32 = next()?.parse().ok()?;
    let celsius = f64::from(millidegrees) / 1000.0;
    // A sensor without a name of its own is called after the file that it is read from.
    let chip = if chip.is_empty() && label.is_empty() { sensor } else { chip };
    PLAUSIBLE_CELSIUS.contains(&celsius).then_some(Reading { chip, label, sensor, device, celsius })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAS: &str = include_str!("../../../tests/fixtures/proc/zfs-nas/temperatures");

    /// Each sensor has a name of its own, short where it can be.
    #[test]
    fn twins_are_told_apart() {
        let labels: Vec<String> = parse(NAS).into_iter().map(|sensor| sensor.label).collect();
        assert_eq!(
            labels,
            [
                "nvme Composite nvme0n1",
                "nvme Composite nvme1n1",
                "coretemp Package id 0",
                "coretemp Core 0",
                "drivetemp sda",
                "drivetemp sdb",
                "acpitz temp1",
                "acpitz temp2",
            ]
        );
    }

    /// A disconnected sensor reads as a constant far from any real one.
    #[test]
    fn implausible_readings_are_absent() {
        for value in ["-128000", "255000", "-273150", "", "x", "99999999999"] {
            assert_eq!(parse(&format!("it87\tCPU\ttemp1\t\t{value}\n")), [], "{value}");
        }
        assert_eq!(parse("it87\tCPU\n"), []);
        let cold = parse("w1\tshed\ttemp1\t\t-12500\n");
        assert_eq!(cold, [Temperature { label: "w1 shed".into(), celsius: -12.5 }]);
    }

    proptest! {
        /// Any text: degrees stay in the plausible range, labels are never empty.
        #[test]
        fn never_nonsense(text in "([a-z ]{0,5}\t){0,6}[0-9\\-]{0,12}\n|.{0,60}") {
            for sensor in parse(&text) {
                prop_assert!(PLAUSIBLE_CELSIUS.contains(&sensor.celsius));
            }
        }
    }
}
