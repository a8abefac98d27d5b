//! Things that a callback owns for a while.

use std::sync::mpsc::Sender;

/// Goes home when the callback that it was lent to is dropped, so that the next one can have it.
pub(super) struct Lent<T> {
    item: Option<T>,
    home: Sender<T>,
}

impl<T> Lent<T> {
    pub fn new(item: T, home: &Sender<T>) -> Self {
        Self {
            item: Some(item),
            home: home.clone(),
        }
    }

    /// The thing itself; there until the drop.
    pub fn get(&mut self) -> Option<&mut T> {
        self.item.as_mut()
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        if let Some(item) = self.item.take() {
            // Nobody may be at home any more.
            let _ = self.home.send(item);
        }
    }
}
