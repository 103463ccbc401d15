//! Who inherits from whom: the blocks that make up a family, and what is wrong with the order they stand in.

use super::{
    block::Block,
    problem::{Problem, nearest},
};

/// How many names a family may descend through, itself included; an operator's own may add two: a family of theirs, and a
/// deployment's that learned lines stand in.
const DEPTH: usize = 2;

/// What is written of one family: by azgate, by the operator, or by both.
#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) embedded: Option<Block>,
    pub(super) overlay: Option<Block>,
}

/// One block of a family, with the place it was written at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer<'f> {
    pub(super) origin: &'f str,
    pub(super) block: &'f Block,
}

/// The origin of what an operator wrote.
const OVERLAY: &str = "overlay";

impl Family {
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

    /// The embedded block, then the overlay's.
    pub(super) fn layers(&self) -> impl Iterator<Item = Layer<'_>> {
        let embedded = self.embedded.iter().map(|block| Layer { origin: &self.name, block });
        embedded.chain(self.overlay.iter().map(|block| Layer { origin: OVERLAY, block }))
    }
}

/// Everything that `family` is made of, root first. What it must not inherit is noted and left out.
pub(super) fn lineage<'f>(
    family: &'f Family,
    all: &'f [Family],
    problems: &mut Vec<Problem>,
) -> Vec<&'f Family> {
    let mut line = vec![family];
    let mut youngest = family;
    while let Some(name) = youngest.parent() {
        let at = ["families", family.name.as_str(), "inherits"];
        let Some(parent) = all.iter().find(|other| other.name == name) else {
            if line.len() == 1 {
                let remedy = match nearest(name, all.iter().map(|other| other.name.as_str())) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a family, or a base such as `classic`".to_owned(),
                };
                problems.push(Problem::new(&at, format!("there is no family `{name}`"), remedy));
            }
            break;
        };
        if line.iter().any(|seen| seen.name == parent.name) {
            problems.push(Problem::new(
                &at,
                format!("`{}` inherits from itself", parent.name),
                "remove one `inherits` of the circle",
            ));
            break;
        }
        line.push(parent);
        youngest = parent;
    }
    if line.len() > family.depth() {
        let names: Vec<&str> = line.iter().map(|one| one.name.as_str()).collect();
        problems.push(Problem::new(
            &["families", &family.name, "inherits"],
            format!("the line {} is too long", names.join(" → ")),
            format!("a family inherits through {} names at most: inherit nearer to the base", family.depth()),
        ));
    }
    line.reverse();
    line
}
