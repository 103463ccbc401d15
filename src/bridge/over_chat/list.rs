//! A JSON list that grows, kept without its brackets.

/// The items, with commas between them.
#[derive(Debug, Default)]
pub(super) struct List {
    items: Vec<u8>,
    count: usize,
}

impl List {
    pub(super) fn push(&mut self, item: &[u8]) {
        if self.count > 0 {
            self.items.push(b',');
        }
        self.items.extend_from_slice(item);
        self.count += 1;
    }

    /// How many items there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The items with commas between them.
    pub(super) fn items(&self) -> &[u8] {
        &self.items
    }
}
