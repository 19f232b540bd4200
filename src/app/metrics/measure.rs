//! What is measured: the metrics, their names, units and the log attributes that they are computed from.

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Memory of the dyno: resident, cached and swapped.
    MemoryTotal,
    /// Resident memory.
    MemoryRss,
    /// Cached files.
    MemoryCache,
    /// Memory that was swapped out.
    MemorySwap,
    /// The total as a share of what the dyno may have; above 100 there are R14 errors.
    MemoryQuota,
    /// Load average of a minute.
    Load1,
    /// Load average of five minutes.
    Load5,
    /// Load average of fifteen minutes.
    Load15,
    /// Time until the dyno took the connection.
    Connect,
    /// Time from the connection until the response was through.
    Service,
    /// Requests, by status and error code.
    Requests,
}

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Per cent.
    Percent,
    /// Runnable processes, averaged.
    Load,
    /// Milliseconds.
    Milliseconds,
    /// A plain number.
    Count,
}

impl Unit {
    /// The unit's name in Datadog, where it has one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Bytes => Some("byte"),
            Self::Percent => Some("percent"),
            Self::Milliseconds => Some("millisecond"),
            Self::Load | Self::Count => None,
        }
    }
}

impl Measure {
    /// Every metric, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::MemoryTotal,
        Self::MemoryRss,
        Self::MemoryCache,
        Self::MemorySwap,
        Self::MemoryQuota,
        Self::Load1,
        Self::Load5,
        Self::Load15,
        Self::Connect,
        Self::Service,
        Self::Requests,
    ];

    /// The metric's name in Datadog.
    pub fn id(self) -> &'static str {
        match self {
            Self::MemoryTotal => "heroku.dyno.memory.total",
            Self::MemoryRss => "heroku.dyno.memory.rss",
            Self::MemoryCache => "heroku.dyno.memory.cache",
            Self::MemorySwap => "heroku.dyno.memory.swap",
            Self::MemoryQuota => "heroku.dyno.memory.quota_percent",
            Self::Load1 => "heroku.dyno.load.1",
            Self::Load5 => "heroku.dyno.load.5",
            Self::Load15 => "heroku.dyno.load.15",
            Self::Connect => "heroku.router.connect",
            Self::Service => "heroku.router.service",
            Self::Requests => "heroku.router.requests",
        }
    }

    /// The metric of that name.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.id() == id)
    }

    /// The log attribute that holds the value; requests are counted by their status.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::MemoryTotal => "heroku.memory_total",
            Self::MemoryRss => "heroku.memory_rss",
            Self::MemoryCache => "heroku.memory_cache",
            Self::MemorySwap => "heroku.memory_swap",
            Self::MemoryQuota => "heroku.memory_quota_percent",
            Self::Load1 => "heroku.load_avg_1m",
            Self::Load5 => "heroku.load_avg_5m",
            Self::Load15 => "heroku.load_avg_15m",
            Self::Connect => "heroku.connect",
            Self::Service => "heroku.service",
            Self::Requests => "heroku.status",
        }
    }

    /// What its values are counted in.
    pub fn unit(self) -> Unit {
        match self {
            Self::MemoryTotal | Self::MemoryRss | Self::MemoryCache | Self::MemorySwap => Unit::Bytes,
            Self::MemoryQuota => Unit::Percent,
            Self::Load1 | Self::Load5 | Self::Load15 => Unit::Load,
            Self::Connect | Self::Service => Unit::Milliseconds,
            Self::Requests => Unit::Count,
        }
    }

    /// Its title on a dashboard.
    pub fn title(self) -> &'static str {
        match self {
            Self::MemoryTotal => "Memory",
            Self::MemoryRss => "Resident memory",
            Self::MemoryCache => "Disk cache",
            Self::MemorySwap => "Swap",
            Self::MemoryQuota => "Share of the memory quota",
            Self::Load1 => "Load, 1 minute",
            Self::Load5 => "Load, 5 minutes",
            Self::Load15 => "Load, 15 minutes",
            Self::Connect => "Connect time",
            Self::Service => "Service time",
            Self::Requests => "Requests by status",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_name_of_its_own() {
        for measure in Measure::ALL {
            assert_eq!(Measure::of_id(measure.id()), Some(measure));
        }
    }
}
