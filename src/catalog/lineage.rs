//! Finds the blocks that make up a family, and the mistakes in who inherits from whom.

use super::{
    block::Block,
    key_path::KeyPath,
    nearest::{did_you_mean, nearest},
    problem::CatalogProblem,
};

/// How many names a chain of `inherits` can have, the family's own included. A family that only an operator wrote can
/// have two more: a family of the operator's, and the deployment's own that holds learned lines.
const DEPTH: usize = 2;

/// What azgate, the operator or both wrote about one family.
#[derive(Debug, Default)]
pub(super) struct WrittenFamily {
    pub(super) name: String,
    pub(super) embedded: Option<Block>,
    pub(super) overlay: Option<Block>,
}

/// One block of a family, with the name of its origin.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockLayer<'f> {
    pub(super) origin: &'f str,
    pub(super) block: &'f Block,
}

/// The origin of what an operator wrote.
const OVERLAY: &str = "overlay";

impl WrittenFamily {
    pub(super) fn is_abstract(&self) -> bool {
        self.layers().any(|layer| layer.block.is_abstract)
    }

    pub(super) fn models(&self) -> &[String] {
        self.layers().filter_map(|layer| layer.block.models.as_deref()).last().unwrap_or_default()
    }

    fn parent(&self) -> Option<&str> {
        self.layers().filter_map(|layer| layer.block.inherits.as_deref()).last()
    }

    fn depth(&self) -> usize {
        if self.embedded.is_some() { DEPTH } else { DEPTH + 2 }
    }

    /// Returns the embedded block, then the overlay's.
    pub(super) fn layers(&self) -> impl Iterator<Item = BlockLayer<'_>> {
        let embedded = self.embedded.iter().map(|block| BlockLayer { origin: &self.name, block });
        embedded.chain(self.overlay.iter().map(|block| BlockLayer { origin: OVERLAY, block }))
    }
}

/// Returns everything that `family` inherits from and the family itself, root first. An `inherits` that is wrong is
/// noted and ignored.
pub(super) fn lineage<'f>(
    family: &'f WrittenFamily,
    all: &'f [WrittenFamily],
    problems: &mut Vec<CatalogProblem>,
) -> Vec<&'f WrittenFamily> {
    let at = || KeyPath::new(["families", family.name.as_str(), "inherits"]);
    let mut line = vec![family];
    let mut eldest = family;
    while let Some(name) = eldest.parent() {
        let Some(parent) = all.iter().find(|other| other.name == name) else {
            if line.len() == 1 {
                let nearest = nearest(name, all.iter().map(|other| other.name.as_str())).map(did_you_mean);
                let remedy =
                    nearest.unwrap_or_else(|| "name a family, or a base such as `classic`".to_owned());
                problems.push(CatalogProblem::new(at(), format!("there is no family `{name}`"), remedy));
            }
            break;
        };
        if line.iter().any(|seen| seen.name == parent.name) {
            let message = format!("`{}` inherits from itself", parent.name);
            problems.push(CatalogProblem::new(at(), message, "remove one `inherits` of the circle"));
            break;
        }
        line.push(parent);
        eldest = parent;
    }
    if line.len() > family.depth() {
        let names: Vec<&str> = line.iter().map(|one| one.name.as_str()).collect();
        problems.push(CatalogProblem::new(
            at(),
            format!("the chain {} is too long", names.join(" → ")),
            format!("a chain has {} names at most: inherit from a block nearer to the base", family.depth()),
        ));
    }
    line.reverse();
    line
}
