//! The simulator judges what the gateway forwards: it never answers 400 to a body that was planned for its family.
//! Refusing is no way out: what azgate refuses itself stands in a list, each with its fact.

use std::collections::BTreeMap;

use azgate::sim;

use crate::support::chat::{cases, families, planned, target};

const SURFACES: [&str; 4] = ["v1", "2024-10-21", "2024-12-01-preview", "2025-04-01-preview"];

/// What the simulator says of a planned case, for each model of each family on each surface.
#[test]
fn what_is_forwarded_is_never_refused() {
    let cases = cases();
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for family in families() {
        let known: Vec<&str> =
            family.models.iter().map(String::as_str).filter(|name| sim::models().any(|model| model == *name)).collect();
        for surface in SURFACES {
            let target = target(&family, surface);
            for case in &cases {
                let Ok((plan, sent)) = planned(&case.body, &target) else { continue };
                let surface = match &plan.api_version {
                    None => sim::Surface::V1,
                    Some(version) => sim::Surface::Dated(version.to_string()),
                };
                for model in &known {
                    if let Err(error) = sim::judge(model, &surface, &sent) {
                        let at = format!("{} on {surface:?}", case.name);
                        refused.entry(format!("{model}: {error:?}")).or_default().push(at);
                    }
                }
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}
