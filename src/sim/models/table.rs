//! The simulator's models, one row each.
//!
//! Sources: Microsoft's models page (`models-sold-directly-by-azure.md`, 2026-09-21) for versions and windows, its
//! `reasoning.md` (Aug 2026) for efforts, roles and parameters, `structured-outputs.md` for JSON schemas, captured
//! issues for the rest. Where no source is found, a row takes the strictest reading that a caller can still satisfy,
//! and its comment says so.

use super::model::{
    ContextWindow::{Input, Shared},
    Feature,
    Feature::{
        Audio, CompletionCap, CustomTools, DataSources, Functions, Images, JsonObject, JsonSchema, MaxEffort,
        OneReasoningItem, Prediction, Stream,
    },
    Model,
    ModelClass::{Classic, Fixed, Gen0, O1, Routed, Switchable},
    ServedBy, ToolSupport, VerbositySupport,
};

const CLASSIC: Model = Model {
    name: "",
    version: "",
    served: ServedBy::Chat,
    since: "2023-05-15",
    window: Shared(128_000),
    output: 4_096,
    class: Classic,
    efforts: &[],
    default_effort: "",
    tools: ToolSupport::Parallel,
    verbosity: VerbositySupport::MediumOnly,
    features: &[Stream, JsonObject, Functions, CompletionCap],
};

/// gpt-4-turbo and its previews refuse `max_completion_tokens`.
const TURBO: Model =
    Model { since: "2023-12-01-preview", features: &[Stream, JsonObject, Functions], ..CLASSIC };

/// Models from before parallel calls and JSON mode.
const OLD: Model =
    Model { tools: ToolSupport::Sequential, features: &[Stream, Functions, CompletionCap], ..CLASSIC };

const OMNI: Model = Model {
    served: ServedBy::Both,
    since: "2024-02-01",
    output: 16_384,
    features: &[Stream, Images, JsonObject, JsonSchema, Functions, CompletionCap, Prediction, DataSources],
    ..CLASSIC
};

/// The oldest api-version for gpt-4.1 is not documented. GA 2024-10-21 is captured to work, so the row uses it. The
/// window is the 300,000 tokens of standard deployments, not the advertised million.
const GPT_41: Model =
    Model { version: "2025-04-14", since: "2024-10-21", window: Shared(300_000), output: 32_768, ..OMNI };

const LOW_TO_HIGH: &[&str] = &["low", "medium", "high"];
const LOW_TO_XHIGH: &[&str] = &["low", "medium", "high", "xhigh"];
const NONE_TO_XHIGH: &[&str] = &["none", "low", "medium", "high", "xhigh"];

/// `stop` and `n` are not on Microsoft's list for these two. A live deployment refused `stop` (OpenHands#1062).
const O1_PREVIEW: Model = Model {
    since: "2024-09-01-preview",
    output: 32_768,
    class: Gen0,
    tools: ToolSupport::Refused,
    verbosity: VerbositySupport::Refused,
    features: &[CompletionCap],
    ..CLASSIC
};

/// `verbosity` on the o-series is not documented. Only its default passes here.
const O_SERIES: Model = Model {
    served: ServedBy::Both,
    since: "2024-12-01-preview",
    window: Shared(200_000),
    output: 100_000,
    class: Fixed,
    efforts: LOW_TO_HIGH,
    default_effort: "medium",
    tools: ToolSupport::Sequential,
    features: &[Stream, Images, JsonObject, JsonSchema, CompletionCap],
    ..CLASSIC
};

/// No document says whether gpt-5 and later take legacy functions. They are refused here, since tools do the same.
const GPT_5: Model = Model {
    served: ServedBy::Both,
    version: "2025-08-07",
    since: "2024-12-01-preview",
    window: Input(272_000),
    output: 128_000,
    class: Fixed,
    efforts: &["minimal", "low", "medium", "high"],
    default_effort: "medium",
    tools: ToolSupport::ParallelUnlessMinimal,
    verbosity: VerbositySupport::Any,
    features: &[Stream, Images, JsonObject, JsonSchema, CustomTools, CompletionCap],
    ..CLASSIC
};

/// `verbosity` of the chat variants is not documented. Only its default passes here.
const CHAT_VARIANT: Model = Model {
    window: Input(111_616),
    output: 16_384,
    efforts: &["medium"],
    tools: ToolSupport::Parallel,
    verbosity: VerbositySupport::MediumOnly,
    ..GPT_5
};

const GPT_51: Model = Model {
    version: "2025-11-13",
    class: Switchable,
    efforts: &["none", "low", "medium", "high"],
    default_effort: "none",
    tools: ToolSupport::Parallel,
    ..GPT_5
};

const GPT_54: Model =
    Model { version: "2026-03-17", efforts: NONE_TO_XHIGH, tools: ToolSupport::WithoutEffort, ..GPT_51 };

/// A call with tools also fails without an effort, since the default is `medium` (Microsoft).
const GPT_55: Model =
    Model { version: "2026-04-24", window: Input(922_000), default_effort: "medium", ..GPT_54 };

/// These models and gpt-6 take the effort `max` on the Responses operation (Microsoft's `reasoning.md`).
const GPT_56: Model = Model {
    version: "2026-07-09",
    features: &[Stream, Images, JsonObject, JsonSchema, CustomTools, CompletionCap, MaxEffort],
    ..GPT_55
};

/// Officially these models lack the effort `none`. Captures of gpt-6-astra disagree (litellm#39983). This is the
/// stricter reading.
const ALWAYS_REASONS: Model =
    Model { class: Fixed, efforts: LOW_TO_XHIGH, tools: ToolSupport::Elsewhere, ..GPT_56 };

/// Azure refused any two reasoning items of a conversation together and took each of them alone (hermes-agent#101243).
/// Each item came from a different response. Two items of one response are refused here too, which is the stricter
/// reading.
const ASTRA: Model = Model {
    version: "2026-09-03",
    features: &[
        Stream,
        Images,
        JsonObject,
        JsonSchema,
        CustomTools,
        CompletionCap,
        MaxEffort,
        OneReasoningItem,
    ],
    ..ALWAYS_REASONS
};

/// Only agents use these models. Neither operation serves them.
const AGENTS_ONLY: Model = Model { served: ServedBy::Elsewhere, ..GPT_5 };

/// Only the Responses operation serves these models. Microsoft documents all of them for v1, and o3-pro and codex-mini
/// also for 2025-04-01-preview. The table assumes that api-version for all.
const PRO: Model =
    Model { served: ServedBy::Responses, since: "2025-04-01-preview", features: NO_STREAM, ..O_SERIES };

const NO_STREAM: &[Feature] = &[Images, JsonObject, JsonSchema, CompletionCap];

/// `verbosity` of the codex models is not documented. Only its default passes here.
const CODEX: Model = Model {
    served: ServedBy::Responses,
    since: "2025-04-01-preview",
    version: "2025-09-15",
    efforts: LOW_TO_HIGH,
    tools: ToolSupport::Parallel,
    verbosity: VerbositySupport::MediumOnly,
    ..GPT_5
};

/// No parallel calls (Microsoft's `reasoning.md`).
const GPT_PRO: Model = Model {
    version: "2025-10-06",
    efforts: &["high"],
    default_effort: "high",
    tools: ToolSupport::Sequential,
    verbosity: VerbositySupport::Any,
    features: &[Images, JsonObject, JsonSchema, CustomTools, CompletionCap],
    ..CODEX
};

/// Streaming is documented only for some of the pro models. The others do not stream here. 5.4 and 5.5 have no
/// structured output.
const GPT_54_PRO: Model = Model {
    version: "2026-03-05",
    window: Input(922_000),
    efforts: &["medium", "high", "xhigh"],
    default_effort: "medium",
    features: &[Images, JsonObject, CustomTools, CompletionCap],
    ..GPT_PRO
};

const GPT_55_PRO: Model = Model {
    version: "2026-04-24",
    tools: ToolSupport::Parallel,
    features: &[Stream, Images, JsonObject, CustomTools, CompletionCap],
    ..GPT_54_PRO
};

/// The parameters of the open-weight models are not documented. They are treated as classic models with an effort.
const OPEN_WEIGHT: Model = Model {
    since: "2024-02-01",
    window: Input(131_072),
    output: 131_072,
    efforts: LOW_TO_HIGH,
    default_effort: "medium",
    tools: ToolSupport::Sequential,
    verbosity: VerbositySupport::Any,
    features: &[Stream, JsonObject, JsonSchema, Functions, CompletionCap],
    ..CLASSIC
};

/// An unknown model, for gateways that must find out what it takes. It refuses `max_tokens`, `temperature`,
/// `parallel_tool_calls` and streams, and its answers name no known model.
const STRICT: Model = Model {
    name: "sim-strict-1",
    version: "",
    window: Input(272_000),
    class: O1,
    features: &[Images, JsonObject, JsonSchema, CompletionCap],
    ..O_SERIES
};

/// Models that Azure does not have.
pub(super) const INVENTED: &[Model] = &[
    STRICT,
    // For gateways that must find out that the chat operation does not serve the model.
    Model { name: "sim-responses-1", version: "", efforts: LOW_TO_HIGH, ..CODEX },
];

/// Every model that the simulator knows.
pub(in crate::sim) const MODELS: &[Model] = &[
    // Classic.
    Model { name: "gpt-35-turbo", version: "0125", window: Shared(16_385), ..CLASSIC },
    Model { name: "gpt-35-turbo-1106", window: Shared(16_385), ..CLASSIC },
    Model { name: "gpt-35-turbo-16k", version: "0613", window: Shared(16_384), ..OLD },
    Model { name: "gpt-35-turbo-0613", window: Shared(4_096), ..OLD },
    Model {
        name: "gpt-35-turbo-0301",
        window: Shared(4_096),
        tools: ToolSupport::Refused,
        features: &[Stream, CompletionCap],
        ..CLASSIC
    },
    Model { name: "gpt-4", version: "0613", window: Shared(8_192), output: 8_192, ..OLD },
    Model {
        name: "gpt-4-0314",
        window: Shared(8_192),
        output: 8_192,
        tools: ToolSupport::Refused,
        features: &[Stream, CompletionCap],
        ..CLASSIC
    },
    Model { name: "gpt-4-32k", version: "0613", window: Shared(32_768), output: 32_768, ..OLD },
    Model { name: "gpt-4-1106-preview", ..TURBO },
    Model { name: "gpt-4-0125-preview", ..TURBO },
    Model { name: "gpt-4-vision-preview", features: &[Stream, Images, JsonObject, Functions], ..TURBO },
    Model {
        name: "gpt-4-turbo",
        version: "2024-04-09",
        features: &[Stream, Images, JsonObject, Functions],
        ..TURBO
    },
    Model {
        name: "gpt-4o-2024-05-13",
        output: 4_096,
        features: &[Stream, Images, JsonObject, Functions, CompletionCap, DataSources],
        ..OMNI
    },
    Model { name: "gpt-4o", version: "2024-11-20", ..OMNI },
    Model { name: "gpt-4o-mini", version: "2024-07-18", ..OMNI },
    Model {
        name: "gpt-4o-audio-preview",
        served: ServedBy::Chat,
        version: "2024-12-17",
        since: "2025-01-01-preview",
        features: &[Stream, Audio, JsonObject, JsonSchema, Functions, CompletionCap],
        ..OMNI
    },
    Model {
        name: "gpt-4.5-preview",
        served: ServedBy::Chat,
        version: "2025-02-27",
        features: &[Stream, Images, JsonObject, JsonSchema, Functions, CompletionCap],
        ..OMNI
    },
    Model { name: "gpt-4.1", ..GPT_41 },
    Model { name: "gpt-4.1-mini", ..GPT_41 },
    Model { name: "gpt-4.1-nano", ..GPT_41 },
    // Tools and structured output are not documented for it (a public table lists no tools). Both are refused here.
    Model {
        name: "gpt-5-chat",
        served: ServedBy::Both,
        version: "2025-10-03",
        since: "2024-12-01-preview",
        output: 16_384,
        tools: ToolSupport::Refused,
        features: &[Stream, Images, CompletionCap],
        ..CLASSIC
    },
    Model { name: "gpt-oss-120b", ..OPEN_WEIGHT },
    Model { name: "gpt-oss-20b", ..OPEN_WEIGHT },
    Model {
        name: "model-router",
        served: ServedBy::Chat,
        version: "2025-11-18",
        // The limits depend on the model it routes to. These are the widest.
        window: Input(922_000),
        output: 128_000,
        class: Routed,
        efforts: &["none", "minimal", "low", "medium", "high", "xhigh"],
        default_effort: "medium",
        verbosity: VerbositySupport::Any,
        ..OMNI
    },
    // The o-series.
    Model { name: "o1-preview", version: "2024-09-12", ..O1_PREVIEW },
    Model { name: "o1-mini", version: "2024-09-12", output: 65_536, ..O1_PREVIEW },
    Model {
        name: "o1",
        version: "2024-12-17",
        class: O1,
        features: &[Images, JsonObject, JsonSchema, CompletionCap],
        ..O_SERIES
    },
    Model {
        name: "o3-mini",
        version: "2025-01-31",
        class: O1,
        features: &[Stream, JsonObject, JsonSchema, CompletionCap],
        ..O_SERIES
    },
    Model { name: "o3", version: "2025-04-16", ..O_SERIES },
    Model { name: "o4-mini", version: "2025-04-16", ..O_SERIES },
    // gpt-5 and later.
    Model { name: "gpt-5", ..GPT_5 },
    Model { name: "gpt-5-mini", ..GPT_5 },
    Model { name: "gpt-5-nano", ..GPT_5 },
    Model { name: "gpt-5.1", ..GPT_51 },
    Model { name: "gpt-5.1-chat", version: "2025-11-13", ..CHAT_VARIANT },
    Model { name: "gpt-5.2", version: "2025-12-11", efforts: NONE_TO_XHIGH, ..GPT_51 },
    Model { name: "gpt-5.2-chat", version: "2026-02-10", ..CHAT_VARIANT },
    Model { name: "gpt-5.3-chat", version: "2026-03-03", ..CHAT_VARIANT },
    Model { name: "gpt-5.4", version: "2026-03-05", window: Input(922_000), ..GPT_54 },
    Model { name: "gpt-5.4-mini", ..GPT_54 },
    Model { name: "gpt-5.4-nano", ..GPT_54 },
    Model { name: "gpt-5.5", ..GPT_55 },
    Model { name: "gpt-5.6-sol", ..GPT_56 },
    Model { name: "gpt-5.6-terra", ..GPT_56 },
    Model { name: "gpt-5.6-luna", ..GPT_56 },
    Model { name: "gpt-6-sol", version: "2026-09-22", ..GPT_56 },
    Model { name: "gpt-6-luna", version: "2026-09-22", ..GPT_56 },
    Model { name: "gpt-6-astra", ..ASTRA },
    Model { name: "gpt-6.1-sol", version: "2026-09-29", ..ALWAYS_REASONS },
    Model { name: "gpt-6.1-terra", version: "2026-09-29", ..ALWAYS_REASONS },
    Model {
        name: "gpt-chat-latest",
        version: "2026-08-06",
        window: Input(272_000),
        output: 128_000,
        efforts: &[],
        ..CHAT_VARIANT
    },
    // Models that the chat operation does not serve.
    Model { name: "o1-pro", version: "2025-03-19", class: O1, ..PRO },
    Model { name: "o3-pro", version: "2025-06-10", ..PRO },
    Model { name: "o3-deep-research", ..AGENTS_ONLY },
    Model {
        name: "codex-mini",
        version: "2025-05-16",
        features: &[Stream, Images, JsonObject, JsonSchema, CompletionCap],
        ..PRO
    },
    Model {
        name: "computer-use-preview",
        version: "2025-03-11",
        since: "2025-03-01-preview",
        window: Shared(8_192),
        output: 1_024,
        // Structured output is not documented for it.
        features: &[Stream, Images, CompletionCap],
        ..PRO
    },
    Model { name: "gpt-5-codex", ..CODEX },
    Model { name: "gpt-5-pro", ..GPT_PRO },
    Model { name: "gpt-5.1-codex", version: "2025-11-13", ..CODEX },
    Model { name: "gpt-5.1-codex-mini", version: "2025-11-13", ..CODEX },
    Model { name: "gpt-5.1-codex-max", version: "2025-12-04", efforts: LOW_TO_XHIGH, ..CODEX },
    Model { name: "gpt-5.2-codex", version: "2026-01-14", efforts: LOW_TO_XHIGH, ..CODEX },
    Model {
        name: "gpt-5.2-pro",
        version: "2025-12-11",
        window: Input(272_000),
        features: &[Stream, Images, JsonObject, JsonSchema, CustomTools, CompletionCap],
        ..GPT_55_PRO
    },
    Model { name: "gpt-5.3-codex", version: "2026-02-24", efforts: LOW_TO_XHIGH, ..CODEX },
    Model { name: "gpt-5.4-pro", ..GPT_54_PRO },
    Model { name: "gpt-5.5-pro", ..GPT_55_PRO },
];
