//! The golden cases of each operation, and the outcome of a case for a family on a surface.

use std::{
    borrow::Cow,
    fmt::Write,
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use azgate::{
    call::{Dialect, Dialogue, Framing, OUTLINE_DEPTH, Plan, Refusal, UsageChunk},
    catalog::{Catalog, Profile, Surfaces},
    json::{Document, View, apply},
    sim,
    translate::{Policy, Target, plan},
};
use bytes::Bytes;

/// A named request body for one operation.
pub(crate) struct Case {
    pub(crate) dialect: Dialect,
    pub(crate) name: String,
    pub(crate) body: Bytes,
}

impl Case {
    /// Returns a name that is unique across both operations.
    pub(crate) fn label(&self) -> String {
        match self.dialect {
            Dialect::Chat => self.name.clone(),
            other @ Dialect::Responses => format!("{other}/{}", self.name),
        }
    }
}

pub(crate) fn folder(dialect: Dialect) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(dialect.name())
}

/// Returns every golden case of an operation, sorted by name.
pub(crate) fn cases(dialect: Dialect) -> Vec<Case> {
    let files = fs::read_dir(folder(dialect)).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<Case> = files
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| Case {
            dialect,
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            body: fs::read(&path).unwrap().trim_ascii_end().to_vec().into(),
        })
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

/// Returns every family, including the unknown family.
pub(crate) fn families() -> Vec<Arc<Profile>> {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);
    CATALOG.families().cloned().chain([CATALOG.unknown()]).collect()
}

/// Returns a deployment of a family. Its name is the model name that the cases use.
pub(crate) fn target(profile: &Arc<Profile>, surface: &str) -> Target {
    static SURFACES: LazyLock<Surfaces> = LazyLock::new(Surfaces::embedded);
    Target::new("alias", profile.clone(), surface.parse().unwrap(), &SURFACES)
}

/// Builds a call as the inbound side does.
pub(crate) fn call(dialect: Dialect, body: &Bytes) -> Dialogue<'static> {
    let body = Document::parse(body.clone(), OUTLINE_DEPTH).unwrap();
    let stream = body.root().get("stream").and_then(View::boolean).unwrap_or_default();
    Dialogue {
        dialect,
        stream,
        body: Cow::Owned(body),
        normalize: true,
        stateless: false,
        remembered: [].into(),
    }
}

/// Returns the plan and the body that azgate sends to Azure.
pub(crate) fn planned(dialect: Dialect, body: &Bytes, target: &Target) -> Result<(Plan, Bytes), Refusal> {
    let call = call(dialect, body);
    let plan = plan(&call, target, &Policy::default())?;
    let sent = apply(plan.body(&call.body), plan.changes()).concat();
    Ok((plan, sent.into()))
}

/// Returns the simulator's verdict on a body that a plan sends to a model.
pub(crate) fn judged(model: &str, plan: &Plan, sent: &Bytes) -> Result<(), sim::SimError> {
    let dialect = match plan.dialect {
        Dialect::Chat => sim::Operation::Chat,
        Dialect::Responses => sim::Operation::Responses,
    };
    let dated = plan.api_version.as_ref().map(|version| sim::Surface::Dated(version.to_string()));
    sim::judge(dialect, model, &dated.unwrap_or(sim::Surface::V1), sent)
}

/// Returns the outcome of a case as snapshot text.
pub(crate) fn outcome(case: &Case, target: &Target) -> String {
    match planned(case.dialect, &case.body, target) {
        Ok((plan, sent)) => snapshot_text(plan, &sent, &case.body),
        Err(Refusal { rule, param, why, .. }) => format!("400 {rule} ({param}): {why}\n"),
    }
}

fn snapshot_text(mut plan: Plan, sent: &Bytes, body: &Bytes) -> String {
    let mut out = String::new();
    if sent == body {
        out.push_str("body unchanged\n");
    } else {
        writeln!(out, "{}", String::from_utf8(sent.to_vec()).unwrap()).unwrap();
    }
    for edit in plan.take_edits() {
        writeln!(out, "- {} ({}): {}", edit.rule, edit.effect.name(), edit.change).unwrap();
    }
    if let Some(version) = &plan.api_version {
        writeln!(out, "api-version {version}").unwrap();
    }
    let reply = [
        (plan.reply.framing == Framing::JsonToSse, "JSON made into a stream"),
        (plan.reply.framing == Framing::SseToJson, "stream collected into JSON"),
        (plan.reply.usage_chunk == UsageChunk::Wanted, "usage chunk wanted"),
        (plan.reply.usage_chunk == UsageChunk::Hidden, "usage chunk hidden"),
        (plan.reply.legacy_functions, "legacy function_call"),
    ];
    let reply: Vec<&str> =
        reply.into_iter().filter(|(applies, _)| *applies).map(|(_, label)| label).collect();
    if !reply.is_empty() {
        writeln!(out, "answer: {}", reply.join(", ")).unwrap();
    }
    out
}
