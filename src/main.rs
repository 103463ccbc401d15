//! The azgate command.

fn main() {}
