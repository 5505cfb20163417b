//! `/proc/meminfo`: memory used is MemTotal − MemAvailable, what applications could not get.

use crate::domain::sample::Memory;

#[derive(Default)]
struct Fields {
    total: Option<u64>,
    free: Option<u64>,
    available: Option<u64>,
    buffers: Option<u64>,
    cached: Option<u64>,
    reclaimable: Option<u64>,
    shared: Option<u64>,
    swap_total: Option<u64>,
    swap_free: Option<u64>,
}

/// Memory and swap. Kernels before 3.14 have no MemAvailable: there it is estimated as free plus
/// the caches that can be given back, which are the kernel's own terms without its reserves.
/// `None` without a total, or when neither way is possible.
#[must_use]
pub fn parse(text: &str) -> Option<Memory> {
    let fields = fields(text);
    let total_bytes = fields.total.filter(|&total| total > 0)?;
    // Buffers and reclaimable slab are missing on some; they are only ever added to the cache.
    let cached_bytes = fields.cached.map(|cached| {
        cached
            .saturating_add(fields.buffers.unwrap_or(0))
            .saturating_add(fields.reclaimable.unwrap_or(0))
            .min(total_bytes)
    });
    let available = fields.available.or_else(|| {
        let given_back = cached_bytes?.saturating_sub(fields.shared.unwrap_or(0));
        Some(fields.free?.saturating_add(given_back))
    })?;
    let swap_total_bytes = fields.swap_total.unwrap_or(0);
    Some(Memory {
        total_bytes,
        used_bytes: total_bytes.saturating_sub(available),
        cached_bytes,
        swap_total_bytes,
        swap_used_bytes: swap_total_bytes
            .saturating_sub(fields.swap_free.unwrap_or(swap_total_bytes)),
    })
}

fn fields(text: &str) -> Fields {
    let mut fields = Fields::default();
    for line in text.lines() {
        let Some((name, rest)) = line.split_once(':') else { continue };
        let field = match name {
            "MemTotal" => &mut fields.total,
            "MemFree" => &mut fields.free,
            "MemAvailable" => &mut fields.available,
            "Buffers" => &mut fields.buffers,
            "Cached" => &mut fields.cached,
            "SReclaimable" => &mut fields.reclaimable,
            "Shmem" => &mut fields.shared,
            "SwapTotal" => &mut fields.swap_total,
            "SwapFree" => &mut fields.swap_free,
            _ => continue,
        };
        *field = kibibytes(rest);
    }
    fields
}

/// `  24684092 kB` in bytes. A number without its unit was cut short and says nothing.
fn kibibytes(text: &str) -> Option<u64> {
    let number: u64 = text.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    number.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PI: &str = include_str!("../../../tests/fixtures/proc/raspberry-pi/meminfo");
    const OLD: &str = include_str!("../../../tests/fixtures/proc/old-kernel/meminfo");
    const KIB: u64 = 1024;

    /// The definition of the design: MemTotal − MemAvailable, in bytes.
    #[test]
    fn used_is_total_minus_available() {
        let memory = parse(PI).expect("a Raspberry Pi");
        assert_eq!(memory.total_bytes, 3_885_396 * KIB);
        assert_eq!(memory.used_bytes, (3_885_396 - 3_218_004) * KIB);
        assert_eq!(memory.cached_bytes, Some((1_912_388 + 92_716 + 118_212) * KIB));
        assert_eq!(memory.swap_total_bytes, 204_796 * KIB);
        assert_eq!(memory.swap_used_bytes, 1_024 * KIB);
    }

    /// Without MemAvailable, shared memory sits in the cache but cannot be given back.
    #[test]
    fn an_old_kernel_is_estimated() {
        let memory = parse(OLD).expect("a 2.6 kernel");
        let cached = 1_456_308 + 201_456 + 118_960;
        let available = 301_244 + cached - 2_812;
        assert_eq!(memory.used_bytes, (3_923_068 - available) * KIB);
    }

    /// A file cut in the middle of a number must not give a tenth of the memory.
    #[test]
    fn a_cut_number_is_absent() {
        assert_eq!(parse("MemTotal: 100 kB\nMemAvailable:       24"), None);
        assert_eq!(parse("MemTotal:        3885"), None);
        assert_eq!(parse("MemTotal: 0 kB\nMemAvailable: 0 kB\n"), None);
        assert_eq!(parse("MemTotal: 99999999999999999999 kB\nMemAvailable: 1 kB\n"), None);
    }

    proptest! {
        /// Any numbers, or none, in any fields: used never exceeds the total.
        #[test]
        fn used_stays_within_total(
            lines in prop::collection::vec(
                ("MemTotal|MemFree|MemAvailable|Buffers|Cached|Shmem|SwapTotal|SwapFree|x",
                 any::<u64>(), " kB| MB||k"), 0..20),
            cut in 0usize..400,
        ) {
            let text: String = lines.iter().map(|(n, v, u)| format!("{n}: {v}{u}\n")).collect();
            let text = &text[..cut.min(text.len())];
            if let Some(memory) = parse(text) {
                prop_assert!(memory.used_bytes <= memory.total_bytes);
                prop_assert!(memory.swap_used_bytes <= memory.swap_total_bytes);
                prop_assert!(memory.cached_bytes.is_none_or(|bytes| bytes <= memory.total_bytes));
            }
        }
    }
}
