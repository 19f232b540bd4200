//! The memory that processes hold, from `/proc`.

use std::fs;

use rustix::process::Pid;

/// The bytes that a process has in memory. None when it is gone, or where there is no `/proc`.
pub(super) fn resident(pid: Pid) -> Option<u64> {
    resident_of(&pid.as_raw_nonzero().to_string())
}

/// The bytes that all processes of a group have in memory: pages that they share count for each.
pub(super) fn resident_of_group(group: Pid) -> Option<u64> {
    let group = group.as_raw_nonzero().to_string();
    let all = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let name = entry.file_name();
        let pid = name.to_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // After the name in parentheses: state, parent, group.
        let of = stat.rsplit_once(") ")?.1.split(' ').nth(2)?;
        (of == group).then(|| resident_of(pid))?
    });
    Some(all.sum())
}

fn resident_of(pid: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}
