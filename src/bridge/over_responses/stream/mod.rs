//! A stream of response events becomes a stream of chat chunks. The bridge passes on each piece of text as it is
//! spelt. It keeps only the finished items, which the last chunks need, and how much of each text and call it has
//! sent.
//!
//! Events repeat themselves: a text comes in pieces, then whole, then in its item, then in the response. The bridge
//! sends what the first of them has, and from each later one only what is new. So a stream that lacks pieces is
//! complete too.

mod calls;
mod chunks;
mod close;
mod dispatch;
mod event;
mod item_events;
mod items;
#[cfg(test)]
mod proptests;
mod sent_text;
#[cfg(test)]
mod tests;
mod text;
mod texts;
mod tools;
mod writer;

pub use chunks::Chunks;
