//! An exchange: a call with its caller, route and policy, which together determine how azgate serves it. The gateway
//! and `azgate explain` both begin their calls here, so `azgate explain` prints what the gateway would send.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};

use crate::{
    auth::Caller,
    balance::Route,
    call::{
        ApiVersion, Body, Call, Compaction, Dialect, Dialogue, Edit, Operation, Refusal, Remembered,
        ReplyPlan, Shape,
    },
    gateway::Gateway,
    json::{self, Document},
    objects::{self, StoredObject},
    reasoning_memory::ReasoningMemory,
    translate::{self, Lossy, Policy, Target},
    upstream::Segments,
};

/// A call with everything that determines how azgate serves it.
#[derive(Debug)]
pub struct Exchange {
    /// The gateway that serves the call.
    pub gateway: Arc<Gateway>,
    /// The caller.
    pub caller: Caller,
    /// The client's headers.
    pub headers: HeaderMap,
    /// The call.
    pub call: Call,
    /// The route of the called model.
    pub route: Arc<Route>,
    /// The caller's own setting for lossy edits.
    lossy: Option<Lossy>,
}

/// A call as azgate sends it to a deployment.
#[derive(Debug)]
pub struct Planned {
    /// The operation of the call to Azure.
    pub operation: &'static Operation,
    /// The dated api-version; `None` on the v1 surface.
    pub api_version: Option<ApiVersion>,
    /// The body that azgate sends.
    pub body: Segments,
    /// The edits, in order.
    pub edits: Vec<Edit>,
    /// How the answer goes back; `None` if azgate passes the answer on unchanged.
    pub reply: Option<ReplyPlan>,
}

/// Why azgate cannot make or plan a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplanned {
    /// One of azgate's own headers has an unknown value.
    Header {
        /// The header's name.
        name: &'static str,
        /// The values that the header may have.
        expected: &'static str,
    },
    /// The call names a stored object, and azgate does not know which caller the object belongs to.
    Object(StoredObject),
    /// Azure would refuse the call, and the policy allows no translation that helps.
    Refused(Refusal),
}

impl From<Refusal> for Unplanned {
    fn from(refusal: Refusal) -> Unplanned {
        Unplanned::Refused(refusal)
    }
}

/// The header with which a caller allows or refuses lossy edits.
pub const LOSSY: &str = "x-azgate-lossy";

impl Exchange {
    /// Begins a call from `caller` to a model.
    ///
    /// # Errors
    /// When one of azgate's own headers has an unknown value, or the call names a stored object that may belong to
    /// another caller.
    pub fn begin(
        gateway: Arc<Gateway>,
        caller: Caller,
        headers: HeaderMap,
        mut call: Call,
        route: Arc<Route>,
    ) -> Result<Exchange, Unplanned> {
        call.body.json().map_or(Ok(()), |body| names_no_object(&gateway, call.operation, body))?;
        let lossy = lossy(&headers)?;
        call.stateless = !gateway.objects_are_shared;
        let remembered = recalled(&gateway, &caller, &call);
        if !remembered.is_empty() {
            call.remembered = remembered.into();
        }
        Ok(Exchange { gateway, caller, headers, call, route, lossy })
    }

    /// Plans the call for a deployment.
    ///
    /// # Errors
    /// When Azure would refuse the call, and the policy allows no translation that helps.
    pub fn plan(&self, target: &Target) -> Result<Planned, Unplanned> {
        let own = self.call.dialogue();
        let is_own = own.is_some();
        let Some(dialogue) = own.or_else(|| self.compacting(target)) else { return Ok(self.passed(target)) };
        let mut plan = translate::plan(&dialogue, target, &self.policy())?;
        if !is_own {
            match &mut plan.reply.shape {
                Shape::OverChat(reply) => Arc::make_mut(reply).compaction = Some(Compaction::Operation),
                // A policy keeps the call where it is.
                _ => return Ok(self.passed(target)),
            }
        }
        // Bridging can create object ids, so check again.
        if let Some(bridged) = &plan.bridged {
            names_no_object(&self.gateway, Operation::of(plan.dialect), &bridged.dialogue.body)?;
        }
        let body = json::apply(plan.body(&dialogue.body), plan.changes()).into();
        let (operation, edits) = (Operation::of(plan.dialect), plan.take_edits());
        Ok(Planned { operation, api_version: plan.api_version, body, edits, reply: Some(plan.reply) })
    }

    /// Returns the call that compacts a conversation with a model that Azure serves by chat completions alone.
    fn compacting(&self, target: &Target) -> Option<Dialogue<'static>> {
        translate::compacting(self.call.operation, self.call.body.json()?, target, self.call.stateless)
    }

    /// Plans a call that azgate does not translate. Changes only the deployment's name.
    fn passed(&self, target: &Target) -> Planned {
        let operation = self.call.operation;
        let body = match &self.call.body {
            Body::Json(body) => {
                let named = translate::named_deployment(operation, body, target);
                json::apply(body, named.as_ref()).into()
            }
            Body::Multipart(bytes) | Body::Opaque(bytes) => bytes.clone().into(),
        };
        let api_version = target.surface.version_of(operation);
        Planned { operation, api_version, body, edits: Vec::new(), reply: None }
    }

    /// Returns the policy of the call: the caller's own header, then the layers of the key, the model and the gateway.
    fn policy(&self) -> Policy<'_> {
        let key = self.caller.key().map(|key| &key.policy);
        Policy { call: self.lossy, layers: [key, Some(&self.route.policy), Some(&self.gateway.policy)] }
    }
}

/// Returns the reasoning that the messages of a chat call lack and azgate remembers.
fn recalled(gateway: &Gateway, caller: &Caller, call: &Call) -> Vec<Remembered> {
    let memory = gateway.reasoning.as_deref().filter(|_| call.operation.dialect == Some(Dialect::Chat));
    let recall = |memory: &ReasoningMemory| Some(memory.recall(caller, call.body.json()?));
    memory.and_then(recall).unwrap_or_default()
}

/// Checks that a body does not name a stored object, unless all callers share the stored objects.
fn names_no_object(gateway: &Gateway, operation: &Operation, body: &Document) -> Result<(), Unplanned> {
    let named = if gateway.objects_are_shared { None } else { objects::first_id(body, operation.takes) };
    named.map_or(Ok(()), |object| Err(Unplanned::Object(object)))
}

/// Reads the caller's own setting for lossy edits.
fn lossy(headers: &HeaderMap) -> Result<Option<Lossy>, Unplanned> {
    let mut values = headers.get_all(LOSSY).iter().map(HeaderValue::as_bytes);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) if value.eq_ignore_ascii_case(b"refuse") => Ok(Some(Lossy::Refuse)),
        (Some(value), None) if value.eq_ignore_ascii_case(b"allow") => Ok(Some(Lossy::Allow)),
        _ => Err(Unplanned::Header { name: LOSSY, expected: "`refuse` or `allow`" }),
    }
}
