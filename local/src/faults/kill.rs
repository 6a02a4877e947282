//! The kill switch: after so many calls nothing is answered any more.

/// How many calls may still pass before everything is dropped.
#[derive(Debug, Default)]
pub(super) struct Switch {
    is_killed: bool,
    writes: Option<u64>,
    gets: Option<u64>,
}

impl Switch {
    pub(super) fn after_writes(&mut self, count: u64) {
        self.writes = Some(count);
        self.is_killed |= count == 0;
    }

    pub(super) fn after_gets(&mut self, count: u64) {
        self.gets = Some(count);
        self.is_killed |= count == 0;
    }

    pub(super) fn kill(&mut self) {
        self.is_killed = true;
    }

    pub(super) fn is_killed(&self) -> bool {
        self.is_killed
    }

    /// Lets a call pass and counts it, or answers false when the switch has
    /// fallen; the call that uses up the count is the last one to pass.
    pub(super) fn pass(&mut self, operation: &str) -> bool {
        if self.is_killed {
            return false;
        }
        let left = match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems" => {
                &mut self.writes
            }
            "GetObject" => &mut self.gets,
            _ => return true,
        };
        if let Some(left) = left {
            *left = left.saturating_sub(1);
            self.is_killed = *left == 0;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Switch;

    #[test]
    fn nothing_passes_after_the_last_write() {
        let mut switch = Switch::default();
        switch.after_writes(2);
        assert!(switch.pass("PutItem"));
        assert!(switch.pass("Query"));
        assert!(!switch.is_killed());
        assert!(switch.pass("UpdateItem"));
        assert!(switch.is_killed());
        assert!(!switch.pass("Query"));
        assert!(!switch.pass("PutItem"));
    }

    #[test]
    fn a_count_of_zero_kills_at_once() {
        let mut switch = Switch::default();
        switch.after_gets(0);
        assert!(switch.is_killed());
    }
}
