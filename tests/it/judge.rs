//! The simulator judges what the gateway forwards: it never answers 400 to a body that was planned for its family.
//! azgate may not simply refuse calls: one list contains each refusal with the fact behind it. A second list contains
//! the few calls that azgate forwards although the simulator refuses them. An entry that no longer applies fails too.

use std::collections::BTreeSet;

use azgate::{call::Dialect, sim};

use crate::support::calls::{cases, families, judged, planned, target};

const SURFACES: [&str; 4] = ["v1", "2024-10-21", "2024-12-01-preview", "2025-04-01-preview"];

/// One thing that azgate refuses: the rule, the cases (`*`: all), the families, and the fact with its source.
struct ListedRefusal {
    rule: &'static str,
    cases: &'static [&'static str],
    families: &'static [&'static str],
    fact: &'static str,
}

const TOOL_CASES: &[&str] = &[
    "cache-control",
    "effort-minimal-tools-parallel",
    "prediction-tools",
    "tools",
    "tools-custom",
    "tools-effort",
    "tools-required-parallel",
    "responses/codex",
    "responses/tools",
    "responses/tools-chat-shaped",
    "responses/tools-custom",
    "responses/tools-minimal-parallel",
    "responses-body",
    "tools-mixed",
    "responses/chat-body",
    "responses/chat-parts",
];
const FUNCTION_CASES: &[&str] = &["everything-legacy", "functions"];
const SCHEMA_CASES: &[&str] =
    &["data-sources-json-schema", "json-schema", "responses/chat-words", "responses/json-schema"];
const FORMAT_CASES: &[&str] = &[
    "data-sources-json-schema",
    "json-object",
    "json-schema",
    "responses/chat-words",
    "responses/json-object",
    "responses/json-schema",
];
const TOOLLESS: &[&str] = &["gpt-35-turbo-0301", "gpt-4-0314", "o1-preview", "o1-mini", "gpt-5-chat"];
const CHAT: &[&str] = &["*"];
const RESPONSES_ALONE: &[&str] = &[
    "o1-pro",
    "o3-pro",
    "codex-mini",
    "o3-deep-research",
    "computer-use-preview",
    "gpt-5-codex",
    "gpt-5-pro",
    "gpt-5.1-codex",
    "gpt-5.1-codex-max",
    "gpt-5.2-codex",
    "gpt-5.2-pro",
    "gpt-5.3-codex",
    "gpt-5.4-pro",
    "gpt-5.5-pro",
];

const REFUSED: &[ListedRefusal] = &[
    ListedRefusal {
        rule: "refuse.responses_words",
        cases: &["responses-state"],
        families: CHAT,
        fact: "a chat completion is not stored (OpenAI's OpenAPI document)",
    },
    ListedRefusal {
        rule: "bridge.chat",
        cases: &["responses/chat-web-search"],
        families: CHAT,
        fact: "Azure searches the web on the Responses API alone (OpenAI's OpenAPI document)",
    },
    ListedRefusal {
        rule: "refuse.tools",
        cases: &["responses/chat-web-search"],
        families: &["gpt-5-chat"],
        fact: "models.dev: tool_call=false",
    },
    ListedRefusal {
        rule: "refuse.chat_words",
        cases: &["responses/chat-words-refused"],
        families: CHAT,
        fact: "the Responses API has no `stop` (OpenAI's OpenAPI document)",
    },
    ListedRefusal {
        rule: "refuse.data_sources_identity",
        cases: &["data-sources-identity"],
        families: &["*"],
        fact: "the resource's identity reads what callers may not, so the config has to allow it",
    },
    ListedRefusal {
        rule: "bridge.chat",
        cases: &["responses/context-management", "responses/store"],
        families: CHAT,
        fact: "a chat completion shortens no conversation (OpenAI's OpenAPI document)",
    },
    ListedRefusal {
        rule: "refuse.modality",
        cases: &["responses/file"],
        families: &["gpt-4-turbo", "gpt-4.5-preview"],
        fact: "no document gives files to models before gpt-4o",
    },
    ListedRefusal {
        rule: "refuse.modality",
        cases: &["file", "responses/file"],
        families: &[
            "gpt-35-turbo",
            "gpt-35-turbo-0301",
            "gpt-35-turbo-0613",
            "gpt-35-turbo-16k",
            "gpt-4",
            "gpt-4-32k",
            "gpt-4-0314",
            "gpt-4-turbo-preview",
            "gpt-4-turbo",
            "gpt-4o-audio",
            "gpt-4.5-preview",
            "o1-preview",
            "o1-mini",
            "model-router",
            "gpt-oss",
        ],
        fact: "\"Invalid Value: 'file'\" in chat (openai-dotnet#396), and Azure serves these models in chat alone",
    },
    ListedRefusal {
        rule: "refuse.modality",
        cases: &["file"],
        families: &["o3-mini"],
        fact: "takes no images (reasoning.md), and files go with images (how-to/responses.md)",
    },
    ListedRefusal {
        rule: "refuse.mcp_approval",
        cases: &["mcp-approval"],
        families: CHAT,
        fact: "without `require_approval` Azure asks always (OpenAPI v1), and a chat completion has no place for it",
    },
    ListedRefusal {
        rule: "bridge.responses",
        cases: &["hosted-tool"],
        families: CHAT,
        fact: "a file search has `vector_store_ids` (OpenAI's OpenAPI document), and the call names none",
    },
    ListedRefusal {
        rule: "refuse.n",
        cases: &["n-two"],
        families: RESPONSES_ALONE,
        fact: "the Responses API has no `n` (OpenAI's OpenAPI document)",
    },
    ListedRefusal {
        rule: "refuse.response_format",
        cases: &["json-schema", "responses/chat-words", "responses/json-schema"],
        families: &["gpt-5.4-pro", "gpt-5.5-pro", "computer-use-preview"],
        fact: "no structured outputs (reasoning.md; litellm's model map)",
    },
    ListedRefusal {
        rule: "refuse.response_format",
        cases: &["responses/chat-words", "responses/json-schema"],
        families: &["gpt-4o-2024-05-13", "gpt-5-chat"],
        fact: "structured outputs came with gpt-4o 2024-08-06 (structured-outputs.md); no table gives them to gpt-5-chat",
    },
    ListedRefusal {
        rule: "refuse.response_format",
        cases: &["json-object", "responses/json-object"],
        families: &["computer-use-preview", "gpt-5-chat"],
        fact: "no document says that they accept JSON mode",
    },
    ListedRefusal {
        rule: "refuse.tools",
        cases: &[
            "mcp-without-approval",
            "web-search",
            "responses/tools",
            "responses/tools-chat-shaped",
            "responses/tools-custom",
            "responses/tools-minimal-parallel",
        ],
        families: &["gpt-5-chat"],
        fact: "models.dev: tool_call=false",
    },
    ListedRefusal {
        rule: "refuse.modality",
        cases: &["responses/file", "responses/vision"],
        families: &["o3-mini"],
        fact: "takes no images (reasoning.md), and files go with images (how-to/responses.md)",
    },
    ListedRefusal {
        rule: "refuse.tools",
        cases: TOOL_CASES,
        families: TOOLLESS,
        fact: "\"tools is not supported in this model\" (inspect_ai#1290); gpt-5-chat: models.dev, tool_call=false",
    },
    ListedRefusal {
        rule: "refuse.tool_messages",
        cases: &[
            "functions-history",
            "tool-content-null",
            "tool-ids-long",
            "tool-images",
            "tools-history",
            "tools-history-alone",
            "responses/call-ids-long",
            "responses/replayed",
            "responses/tool-output-parts",
            "responses/tools-history",
        ],
        families: TOOLLESS,
        fact: "a model without tools knows no role `tool` and no tool calls; UNVERIFIED verbatim on Azure",
    },
    ListedRefusal {
        rule: "refuse.functions",
        cases: FUNCTION_CASES,
        families: TOOLLESS,
        fact: "\"functions is not supported in this model\" (inspect_ai#1290)",
    },
    ListedRefusal {
        rule: "refuse.response_format",
        cases: FORMAT_CASES,
        families: &[
            "gpt-35-turbo-0301",
            "gpt-35-turbo-0613",
            "gpt-35-turbo-16k",
            "gpt-4",
            "gpt-4-32k",
            "gpt-4-0314",
            "o1-preview",
            "o1-mini",
            "gpt-4o-audio",
            "gpt-5-chat",
        ],
        fact: "\"'response_format' of type 'json_object' is not supported with this model\" (json-mode.md)",
    },
    ListedRefusal {
        rule: "refuse.response_format",
        cases: SCHEMA_CASES,
        families: &["gpt-35-turbo", "gpt-4-turbo-preview", "gpt-4-turbo", "gpt-4o-2024-05-13"],
        fact: "structured outputs came with gpt-4o 2024-08-06 (structured-outputs.md)",
    },
    ListedRefusal {
        rule: "refuse.schema_with_data_sources",
        cases: &["data-sources-json-schema"],
        families: &["gpt-4o", "gpt-4o-2024-05-13", "gpt-4o-mini", "gpt-4.1", "model-router"],
        fact: "On Your Data takes no structured outputs (use-your-data.md)",
    },
    ListedRefusal {
        rule: "refuse.data_sources",
        cases: &["data-sources", "data-sources-json-schema"],
        families: CHAT,
        fact: "Azure serves On Your Data only for gpt-4o, gpt-4o-mini and gpt-4.1 (use-your-data.md)",
    },
    ListedRefusal {
        rule: "refuse.hosted_tools",
        cases: &["hosted-tool", "mcp-approval", "mcp-without-approval"],
        families: CHAT,
        fact: "only `function` is supported (Azure OpenAPI v1); file_search belongs to Responses",
    },
    ListedRefusal {
        rule: "refuse.custom_tools",
        cases: &["tools-custom", "responses/tools-custom"],
        families: &[
            "gpt-35-turbo",
            "gpt-35-turbo-0613",
            "gpt-35-turbo-16k",
            "gpt-4",
            "gpt-4-32k",
            "gpt-4-turbo-preview",
            "gpt-4-turbo",
            "gpt-4o",
            "gpt-4o-2024-05-13",
            "gpt-4o-mini",
            "gpt-4o-audio",
            "gpt-4.5-preview",
            "gpt-4.1",
            "o1",
            "o3-mini",
            "o3",
            "o4-mini",
            "o1-pro",
            "o3-pro",
            "codex-mini",
            "o3-deep-research",
            "computer-use-preview",
        ],
        fact: "only `function` is supported (Azure OpenAPI v1); OpenAI's document adds `custom` for gpt-5 and later",
    },
    ListedRefusal {
        rule: "refuse.custom_tools",
        cases: &["tools-custom", "responses/tools-custom"],
        families: CHAT,
        fact: "dated api-versions know `function` only (Azure OpenAPI 2024-10-21 and 2025-03-01-preview)",
    },
    ListedRefusal {
        rule: "refuse.web_search_options",
        cases: &["web-search"],
        families: CHAT,
        fact: "in no Azure document; web search belongs to Responses",
    },
    ListedRefusal {
        rule: "refuse.n",
        cases: &["n-two"],
        families: &["o1-preview", "o1-mini"],
        fact: "n is fixed at 1 (OpenAI's guide of the o1 beta)",
    },
    ListedRefusal {
        rule: "refuse.modality",
        cases: &["tool-images", "vision", "responses/vision"],
        families: &[
            "gpt-35-turbo",
            "gpt-35-turbo-0301",
            "gpt-35-turbo-0613",
            "gpt-35-turbo-16k",
            "gpt-4",
            "gpt-4-32k",
            "gpt-4-0314",
            "gpt-4-turbo-preview",
            "gpt-4o-audio",
            "o1-preview",
            "o1-mini",
            "o3-mini",
            "gpt-oss",
        ],
        fact: "\"image_url is only supported by certain models\" (browser-use/web-ui#274)",
    },
];

/// Cases that azgate forwards although the simulator refuses them, with the models and the reason.
const PASSED: &[(&str, &[&str], &str)] = &[
    ("unknown-keys", CHAT, "an unknown key passes: an api-version may accept it before azgate knows it"),
    (
        "cap-huge",
        &["gpt-35-turbo-0301", "gpt-35-turbo-0613", "gpt-4", "gpt-4-0314", "gpt-4-32k"],
        "prompt and answer share one context window, and azgate does not count tokens",
    ),
    (
        "tools-custom",
        &["gpt-oss-120b", "gpt-oss-20b"],
        "not documented, so the decision is left to Azure (models-azure-direct-openai.md)",
    ),
    ("tools-custom", &["model-router"], "support depends on the model that Azure picks (model-router.md)"),
    (
        "responses/tools-custom",
        &["gpt-oss-120b", "gpt-oss-20b", "model-router"],
        "as for chat calls with custom tools",
    ),
    ("cap-huge", &["model-router"], "the limit is that of the model that Azure picks (model-router.md)"),
    (
        "*",
        &["o3-deep-research"],
        "Microsoft documents it only inside the Foundry Agent Service; UNVERIFIED as a deployment",
    ),
    (
        "responses/cap-huge",
        &["gpt-35-turbo-0301", "gpt-35-turbo-0613", "gpt-4", "gpt-4-0314", "gpt-4-32k", "model-router"],
        "as for chat calls with such a cap",
    ),
    ("responses/replayed", CHAT, "the simulator did not create these items"),
    (
        "responses/unknown-keys",
        CHAT,
        "an unknown key passes, and so does `stop`, which Responses does not have",
    ),
    (
        "responses/context-management",
        CHAT,
        "litellm removes it for Azure; Azure's own how-to/responses.md has it for v1 (litellm#36391)",
    ),
];

fn among(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| *one == "*" || *one == name)
}

#[test]
fn the_simulator_accepts_every_forwarded_body() {
    let cases: Vec<_> = Dialect::ALL.into_iter().flat_map(cases).collect();
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for family in families() {
        let known = |name: &&str| sim::models().any(|model| model == *name);
        let models: Vec<&str> = family.models.iter().map(String::as_str).filter(known).collect();
        for surface in SURFACES {
            let target = target(&family, surface);
            for case in &cases {
                let Ok((plan, sent)) = planned(case.dialect, &case.body, &target) else { continue };
                for model in &models {
                    let Err(error) = judged(model, &plan, &sent) else { continue };
                    match PASSED
                        .iter()
                        .position(|(name, models, _)| among(&case.label(), &[name]) && among(model, models))
                    {
                        Some(line) => _ = used.insert(line),
                        None => {
                            wrong.push(format!("{} for {model} on {surface}: {}", case.label(), error.body));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "Azure would refuse what azgate sends:\n{}", wrong.join("\n"));
    for (line, (case, _, why)) in PASSED.iter().enumerate() {
        assert!(used.contains(&line), "the simulator no longer refuses {case} ({why}): remove the entry");
    }
}

#[test]
fn every_refusal_of_azgate_is_listed_with_its_fact() {
    let cases: Vec<_> = Dialect::ALL.into_iter().flat_map(cases).collect();
    let mut unlisted = BTreeSet::new();
    let mut hit = BTreeSet::new();
    for family in families() {
        for surface in SURFACES {
            let target = target(&family, surface);
            for case in &cases {
                let Err(refusal) = planned(case.dialect, &case.body, &target) else { continue };
                let line = REFUSED.iter().position(|line| {
                    line.rule == &*refusal.rule
                        && among(&case.label(), line.cases)
                        && among(&family.name, line.families)
                });
                match line {
                    Some(line) => _ = hit.insert((line, case.label(), family.name.to_string())),
                    None => _ = unlisted.insert(format!("{} {} {}", refusal.rule, case.label(), family.name)),
                }
            }
        }
    }
    assert!(unlisted.is_empty(), "azgate refuses cases that are not listed:\n{unlisted:#?}");
    let happens = |line: usize, case: &str, family: &str| {
        hit.iter().any(|(at, hit, hit_family)| {
            *at == line && (case == "*" || case == hit) && (family == "*" || family == hit_family)
        })
    };
    for (at, line) in REFUSED.iter().enumerate() {
        for case in line.cases {
            assert!(happens(at, case, "*"), "{} no longer refuses {case} ({})", line.rule, line.fact);
        }
        for family in line.families {
            assert!(
                happens(at, "*", family),
                "{} no longer refuses a case for {family} ({})",
                line.rule,
                line.fact
            );
        }
    }
}

#[test]
fn every_family_that_the_simulator_can_judge_is_judged() {
    // The simulator does not know models that Azure does not offer yet or offers only under other names.
    let known = |name: &String| sim::models().any(|model| model == name);
    let unjudged: Vec<String> = families()
        .iter()
        .filter(|family| !family.models.iter().any(known))
        .map(|family| family.name.to_string())
        .collect();
    assert_eq!(unjudged, ["gpt-6.2", "unknown"]);
}
