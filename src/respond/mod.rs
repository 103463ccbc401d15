//! Answers on their way back: relayed or made into a stream, given the form that the client asked for, and read on the
//! side for what they cost.

pub mod answer;
pub mod synthesize;
