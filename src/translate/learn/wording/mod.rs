//! One reader for each form of Azure's refusals. `tests/refusals.jsonl` has a message for every form, with the place
//! where somebody was refused with it.

mod other;
mod reason;
mod text;
mod unknown;
mod unsupported;
mod value;

use self::reason::Reading;
pub(super) use self::reason::RefusalReason;

/// The readers, the most special first.
const READERS: &[fn(&str) -> Reading<'_>] = &[
    other::moved,
    other::combination,
    other::version,
    other::tools,
    other::encrypted,
    other::conflicting_reasoning,
    other::dialect,
    value::value,
    value::format,
    unknown::extra_inputs,
    unknown::additional_properties,
    unknown::unknown,
    unsupported::listed_behind,
    unsupported::does_not_support,
    unsupported::is_not_supported,
];

/// Reads a message. `named` is what the members next to the message name. Returns `None` for an unknown wording, and an
/// empty list for a known one without a lesson.
pub(super) fn read_message<'m>(message: &'m str, named: Option<&'m str>) -> Reading<'m> {
    other::logprobs(message, named).or_else(|| {
        let mut reasons = READERS.iter().find_map(|reader| reader(message))?;
        for reason in &mut reasons {
            // Some wordings have no name of their own.
            if let RefusalReason::Unsupported { param, .. }
            | RefusalReason::Extra { param }
            | RefusalReason::Value { param, .. } = reason
                && param.is_empty()
            {
                *param = named.unwrap_or_default();
            }
        }
        Some(reasons)
    })
}
