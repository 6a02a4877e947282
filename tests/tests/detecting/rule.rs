//! Rules of the user's own, about calls that no shipped rule knows.

/// A rule whose matches are folded for an hour, by principal.
pub(crate) const FOLDED: &str = "
title: A folded call
id: 11111111-0000-4000-8000-000000000001
level: high
logsource: {product: aws, service: cloudtrail}
detection:
    selection: {eventName: FoldedCall}
    condition: selection
trailkeep: {suppress: 1h, group: [userIdentity.arn]}
";

/// A rule each of whose matches is published.
pub(crate) const PLAIN: &str = "
title: A plain call
id: 11111111-0000-4000-8000-000000000002
level: low
logsource: {product: aws, service: cloudtrail}
detection:
    selection: {eventName: PlainCall}
    condition: selection
trailkeep: {suppress: 0s}
";

/// A rule on trial.
pub(crate) const STAGED: &str = "
title: A staged call
id: 11111111-0000-4000-8000-000000000003
level: low
logsource: {product: aws, service: cloudtrail}
detection:
    selection: {eventName: StagedCall}
    condition: selection
trailkeep: {stage: stage}
";

/// A rule that does not load: its condition names what is not there.
pub(crate) const BROKEN: &str = "
title: A broken rule
id: 11111111-0000-4000-8000-000000000004
level: low
logsource: {product: aws, service: cloudtrail}
detection:
    selection: {eventName: BrokenCall}
    condition: elsewhere
";

/// Correlations of every sort that the table treats differently: counted, in order, over
/// values, and over another correlation.
pub(crate) const CORRELATIONS: &str = "
title: A counted call
name: counted
id: 22222222-0000-4000-8000-000000000001
level: informational
logsource: {product: aws, service: cloudtrail}
detection:
    selection: {eventName: CountedCall}
    condition: selection
---
title: A first call
name: first
id: 22222222-0000-4000-8000-000000000002
level: informational
logsource: {product: aws, service: cloudtrail}
detection:
    selection: {eventName: FirstCall}
    condition: selection
---
title: A second call
name: second
id: 22222222-0000-4000-8000-000000000003
level: informational
logsource: {product: aws, service: cloudtrail}
detection:
    selection: {eventName: SecondCall}
    condition: selection
---
title: Many counted calls
name: many
id: 22222222-0000-4000-8000-000000000004
level: medium
correlation:
    type: event_count
    rules: [counted]
    group-by: [userIdentity.arn]
    timespan: 3m
    condition: {gte: 4}
    generate: false
trailkeep: {suppress: 0s}
---
title: The second call after the first
name: ordered
id: 22222222-0000-4000-8000-000000000005
level: medium
correlation:
    type: temporal_ordered
    rules: [first, second]
    group-by: [userIdentity.arn]
    timespan: 2m
trailkeep: {suppress: 0s}
---
title: Counted calls of several users
id: 22222222-0000-4000-8000-000000000006
level: medium
correlation:
    type: value_count
    rules: [counted]
    group-by: [sourceIPAddress]
    timespan: 30s
    condition: {field: userIdentity.userName, gte: 3}
trailkeep: {suppress: 0s}
---
title: The second call after many counted ones
id: 22222222-0000-4000-8000-000000000007
level: high
correlation:
    type: temporal
    rules: [many, ordered]
    group-by: [userIdentity.arn]
    timespan: 5m
    generate: true
trailkeep: {suppress: 0s}
";
