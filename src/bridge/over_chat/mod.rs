//! A Responses call that Azure serves as a chat completion.

pub use crate::call::OverChat as Reply;
