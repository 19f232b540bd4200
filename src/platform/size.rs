//! Dyno sizes and their memory (<https://devcenter.heroku.com/articles/dyno-sizes>).

/// The sizes of Cedar and their memory in MB.
const CEDAR: [(&str, u32); 20] = [
    ("Eco", 512),
    ("Basic", 512),
    ("Standard-1X", 512),
    ("Standard-2X", 1024),
    ("Performance-M", 2560),
    ("Performance-L", 14_336),
    ("Performance-L-RAM", 30_720),
    ("Performance-XL", 63_488),
    ("Performance-2XL", 129_024),
    ("Private-S", 1024),
    ("Private-M", 2560),
    ("Private-L", 14_336),
    ("Private-L-RAM", 30_720),
    ("Private-XL", 63_488),
    ("Private-2XL", 129_024),
    ("Shield-S", 1024),
    ("Shield-M", 2560),
    ("Shield-L", 14_336),
    ("Shield-XL", 63_488),
    ("Shield-2XL", 129_024),
];

/// The name of a size as Heroku writes it: `Standard-1X` of `standard-1x`.
pub fn canonical(size: &str) -> &str {
    CEDAR.iter().find(|(name, _)| name.eq_ignore_ascii_case(size)).map_or(size, |(name, _)| name)
}

/// The memory of a dyno size in MB, of Fir's (`dyno-2c-4gb`) by their name. `None` for a name that is not a size.
pub fn memory_mb(size: &str) -> Option<u32> {
    let cedar = CEDAR.iter().find(|(name, _)| name.eq_ignore_ascii_case(size)).map(|(_, memory)| *memory);
    cedar.or_else(|| {
        let (cores, memory) = size.strip_prefix("dyno-")?.split_once("c-")?;
        let memory = memory.strip_suffix("gb").filter(|_| cores.parse::<u32>().is_ok())?;
        if memory == "0.5" { Some(512) } else { memory.parse::<u32>().ok()?.checked_mul(1024) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_size_is_known() {
        for (size, memory) in [
            ("Basic", Some(512)),
            ("standard-2x", Some(1024)),
            ("Performance-L", Some(14_336)),
            ("dyno-1c-0.5gb", Some(512)),
            ("dyno-2c-4gb", Some(4096)),
            ("dyno-xc-4gb", None),
            ("Huge", None),
        ] {
            assert_eq!(memory_mb(size), memory, "{size}");
        }
    }
}
