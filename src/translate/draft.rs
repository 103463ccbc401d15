//! A call while the rules work on it: the outline as it came, the edits so far, and the view of both together.

use std::{borrow::Cow, collections::HashSet};

use crate::{
    bridge::Loss,
    call::{Call, Change, Copies, Edit, Effect, Operation, Refusal, ReplyPlan, ReplyTweak, RuleId},
    catalog::{Profile, Scalar},
    json::{self, Kind, Pointer, View},
};

use super::{
    Finished, Target, Version, learn,
    policy::{Action, Policy},
};

/// A message of the call's outline.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// The whole message.
    pub view: View<'a>,
    /// Its role as it now is.
    pub role: Cow<'a, str>,
    /// Whether an edit took it out.
    pub removed: bool,
}

/// The present value of a top-level parameter.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// As the client sent it.
    Sent(View<'a>),
    /// Written by an edit; the scalar if it is one.
    Written(Option<Scalar>),
}

impl Value<'_> {
    /// The value as a plain scalar, if it is one.
    pub fn scalar(&self) -> Option<Scalar> {
        match self {
            Value::Written(scalar) => scalar.clone(),
            Value::Sent(view) => Scalar::read(*view),
        }
    }
}

/// The state that rules read and add to.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The call as it came.
    pub call: &'a Call,
    /// Whom it is translated for.
    pub target: &'a Target,
    /// The outline of its messages.
    pub messages: Vec<Message<'a>>,
    /// How the answer will go back.
    pub reply: ReplyPlan,
    /// Another operation serves the call: it is made ready for the way there.
    pub crosses: bool,
    /// How many times the call is made.
    pub copies: Copies,
    /// Sequences at which azgate itself cuts the answer.
    pub cut_at: Vec<String>,
    policy: &'a Policy<'a>,
    version: Option<&'a Version>,
    written: Vec<(String, Option<Value<'a>>)>,
    removed_items: HashSet<Pointer>,
    edits: Vec<Edit>,
}

impl<'a> Draft<'a> {
    /// A draft with no edits.
    pub fn new(call: &'a Call, target: &'a Target, policy: &'a Policy<'a>) -> Draft<'a> {
        let messages = call.body.root().get("messages").into_iter().flat_map(View::items);
        let outline = |view: View<'a>| Message {
            view,
            role: view.get("role").and_then(View::text).unwrap_or_default(),
            removed: false,
        };
        Draft {
            call,
            target,
            messages: messages.map(outline).collect(),
            reply: ReplyPlan { operation: call.operation, normalize: call.normalize, ..ReplyPlan::default() },
            crosses: false,
            copies: Copies::default(),
            cut_at: Vec::new(),
            policy,
            version: target.configured.as_ref(),
            written: Vec::new(),
            removed_items: HashSet::new(),
            edits: Vec::new(),
        }
    }

    /// The family that the call is translated for.
    pub fn profile(&self) -> &'a Profile {
        &self.target.profile
    }

    /// The dated api-version as it will be sent; `None` on v1.
    pub fn version(&self) -> Option<&'a Version> {
        self.version
    }

    /// Whether the surface knows the `developer` role.
    pub fn knows_developer_role(&self) -> bool {
        self.version.is_none_or(|version| version.developer_role)
    }

    /// Whether the family's table says something of a parameter.
    pub fn has_row(&self, param: &str) -> bool {
        self.profile().chat.iter().any(|row| row.param == param)
    }

    /// The present value of a parameter, a top-level key or a dotted path below one; `None` where it is absent or
    /// null.
    pub fn get(&self, path: &str) -> Option<Value<'a>> {
        let (top, rest) = path.split_once('.').map_or((path, None), |(top, rest)| (top, Some(rest)));
        if let Some((_, value)) = self.written.iter().rev().find(|(key, _)| key == top) {
            return match value {
                Some(Value::Sent(view)) => below(*view, rest),
                Some(value) if rest.is_none() => Some(value.clone()),
                _ => None,
            };
        }
        below(self.call.body.root().get(top)?, rest)
    }

    /// Whether a parameter is present and not null.
    pub fn has(&self, path: &str) -> bool {
        self.get(path).is_some()
    }

    /// Whether a top-level parameter is there and null.
    pub fn is_null(&self, key: &str) -> bool {
        let untouched = self.written.iter().all(|(written, _)| written != key);
        untouched && self.call.body.root().get(key).is_some_and(View::is_null)
    }

    /// The items at a place, without those that an edit took out.
    pub fn items(&self, list: View<'a>, at: &Pointer) -> Vec<(usize, View<'a>)> {
        let kept = |index: usize| {
            self.removed_items.is_empty() || !self.removed_items.contains(&at.clone().item(index))
        };
        list.items().enumerate().filter(|(index, _)| kept(*index)).collect()
    }

    /// What a parameter comes to: its own value, or else what Azure assumes for this family.
    pub fn effective(&self, path: &str) -> Option<Scalar> {
        match self.get(path) {
            Some(value) => value.scalar(),
            None => self.profile().defaults.get(path).cloned(),
        }
    }

    /// Whether the client asked for the usage chunk.
    pub fn wants_usage(&self) -> bool {
        self.get("stream_options.include_usage").and_then(|value| value.scalar()) == Some(Scalar::Bool(true))
    }

    /// Makes a change to the body if the policy lets it; `Ok(true)` if it was made.
    pub fn edit(
        &mut self,
        rule: &str,
        effect: Effect,
        why: impl Into<Cow<'static, str>>,
        change: json::Change,
    ) -> Result<bool, Refusal> {
        self.change(rule, Action::Apply, effect, why.into(), change)
    }

    /// Refuses the call, unless the policy says to pass it on, or to make `instead` as a lossy change.
    pub fn refuse(
        &mut self,
        rule: &str,
        why: impl Into<Cow<'static, str>>,
        instead: json::Change,
    ) -> Result<bool, Refusal> {
        self.change(rule, Action::Refuse, Effect::Lossy, why.into(), instead)
    }

    /// Refuses the call unless the policy says to pass it on; there is nothing that could be done instead.
    pub fn refuse_outright(&self, rule: &str, param: &str, why: &str) -> Result<(), Refusal> {
        if self.policy.action(rule, Action::Refuse, Effect::Lossy) == Action::Pass {
            return Ok(());
        }
        Err(self.refusal(rule, param, why))
    }

    /// Sends the call as another operation, if the policy lets it; `Ok(true)` if so.
    pub(super) fn cross(&mut self, rule: &str, to: Operation, why: &'static str) -> Result<bool, Refusal> {
        match self.policy.action(rule, Action::Apply, Effect::Same) {
            Action::Pass => Ok(false),
            Action::Refuse => Err(self.refusal(rule, "model", why)),
            Action::Apply => {
                let change = Change::Operation { from: self.call.operation, to };
                self.push(rule, change, Effect::Same, why.into());
                Ok(true)
            }
        }
    }

    /// Something has no place in the operation that the call goes over to. A policy can only refuse that.
    pub(super) fn lose(&mut self, loss: Loss) -> Result<(), Refusal> {
        let Loss { rule, at, why, same } = loss;
        let effect = if same { Effect::Same } else { Effect::Lossy };
        if self.policy.action(rule, Action::Apply, effect) == Action::Refuse {
            return Err(self.refusal(rule, &at.to_string(), &why));
        }
        self.push(rule, Change::Lost { at }, effect, why);
        Ok(())
    }

    /// A change to the answer that follows from an edit; it loses nothing.
    pub fn tweak(&mut self, rule: &str, tweak: ReplyTweak, why: &'static str) {
        self.push(rule, Change::Reply(tweak), Effect::Same, why.into());
    }

    /// Sends a newer api-version than configured, if the policy lets it.
    pub fn raise_version(&mut self, rule: &str, to: &'a Version, why: String) -> Result<(), Refusal> {
        let Some(from) = self.version else { return Ok(()) };
        match self.policy.action(rule, Action::Apply, Effect::Same) {
            Action::Pass => Ok(()),
            Action::Refuse => Err(self.refusal(rule, "api-version", &why)),
            Action::Apply => {
                self.version = Some(to);
                let change = Change::ApiVersion { from: from.name.clone(), to: to.name.clone() };
                self.push(rule, change, Effect::Same, why.into());
                Ok(())
            }
        }
    }

    /// Whether a rule has made an edit.
    pub fn has_edit(&self, rule: &str) -> bool {
        self.edits.iter().any(|edit| &*edit.rule == rule)
    }

    pub(super) fn finish(self) -> Finished {
        (self.edits, self.version.map(|version| version.name.clone()), self.reply)
    }

    fn change(
        &mut self,
        rule: &str,
        default: Action,
        effect: Effect,
        why: Cow<'static, str>,
        change: json::Change,
    ) -> Result<bool, Refusal> {
        match self.policy.action(rule, default, effect) {
            Action::Pass => Ok(false),
            Action::Refuse => Err(self.refusal(rule, &change.at().to_string(), &why)),
            Action::Apply => {
                self.note(&change);
                self.push(rule, Change::Body(change), effect, why);
                Ok(true)
            }
        }
    }

    fn push(&mut self, rule: &str, change: Change, effect: Effect, why: Cow<'static, str>) {
        let learned = learn::is_learned(self.profile(), rule);
        self.edits.push(Edit { rule: RuleId::from(rule), change, effect, why, learned });
    }

    pub(super) fn refusal(&self, rule: &str, param: &str, why: &str) -> Refusal {
        Refusal {
            rule: RuleId::from(rule),
            param: param.to_owned(),
            family: self.profile().name.clone(),
            why: why.to_owned(),
        }
    }

    /// Keeps the combined view true for the rules that come later.
    fn note(&mut self, change: &json::Change) {
        match change {
            json::Change::Set { at, value } => {
                if let Some(key) = at.top_level() {
                    let scalar = Scalar::parse(&value.render(self.call.body.source()));
                    self.written.push((key.to_owned(), Some(Value::Written(scalar))));
                } else if let (Some(index), Some("role")) = message_member(at) {
                    let role =
                        json::text::unquote(&value.render(self.call.body.source())).map(Cow::into_owned);
                    if let (Some(message), Some(role)) = (self.messages.get_mut(index), role) {
                        message.role = Cow::Owned(role);
                    }
                }
            }
            json::Change::Remove { at } => {
                if let Some(key) = at.top_level() {
                    self.written.push((key.to_owned(), None));
                } else if let (Some(index), None) = message_member(at)
                    && let Some(message) = self.messages.get_mut(index)
                {
                    message.removed = true;
                } else if let Some(json::Step::Index(_)) = at.steps().last() {
                    self.removed_items.insert(at.clone());
                }
            }
            json::Change::Rename { from, to } => {
                if let Some(key) = from.top_level() {
                    let value = self.get(key);
                    self.written.push((key.to_owned(), None));
                    self.written.push((to.clone(), value));
                }
            }
            json::Change::Insert { .. } => {}
        }
    }
}

fn below<'a>(top: View<'a>, path: Option<&str>) -> Option<Value<'a>> {
    let view = path.into_iter().flat_map(|path| path.split('.')).try_fold(top, View::get)?;
    (view.kind() != Kind::Null).then_some(Value::Sent(view))
}

/// The index of the message that a place is in, and the message's member if it is just that.
fn message_member(at: &Pointer) -> (Option<usize>, Option<&str>) {
    match at.steps() {
        [json::Step::Key(key), json::Step::Index(index)] if key == "messages" => (Some(*index), None),
        [json::Step::Key(key), json::Step::Index(index), json::Step::Key(member)] if key == "messages" => {
            (Some(*index), Some(member))
        }
        _ => (None, Some("")),
    }
}
