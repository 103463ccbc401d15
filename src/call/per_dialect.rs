//! One value for each dialect.

use std::ops::{Index, IndexMut};

use super::Dialect;

/// A value for each dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerDialect<T> {
    chat: T,
    responses: T,
}

impl<T> PerDialect<T> {
    /// Calls `value` once for each dialect.
    pub fn from_fn(mut value: impl FnMut(Dialect) -> T) -> PerDialect<T> {
        PerDialect { chat: value(Dialect::Chat), responses: value(Dialect::Responses) }
    }

    /// Returns both values, each with its dialect.
    pub fn iter(&self) -> impl Iterator<Item = (Dialect, &T)> {
        Dialect::ALL.into_iter().zip([&self.chat, &self.responses])
    }
}

impl<T> Index<Dialect> for PerDialect<T> {
    type Output = T;

    fn index(&self, dialect: Dialect) -> &T {
        match dialect {
            Dialect::Chat => &self.chat,
            Dialect::Responses => &self.responses,
        }
    }
}

impl<T> IndexMut<Dialect> for PerDialect<T> {
    fn index_mut(&mut self, dialect: Dialect) -> &mut T {
        match dialect {
            Dialect::Chat => &mut self.chat,
            Dialect::Responses => &mut self.responses,
        }
    }
}
