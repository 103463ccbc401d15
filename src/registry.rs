//! The state that outlives a configuration, by name. A reload takes limits, clients, knowledge and counters from here,
//! so it keeps everything that callers and Azure did.
//!
//! The registry does not keep its limits and clients alive: when no configuration names one, it is dropped with the
//! last call that uses it. The knowledge of deployments is kept in a store of bounded size.

use std::{
    collections::HashMap,
    fs,
    hash::Hash,
    num::NonZeroU32,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use crate::{
    connections::Connections,
    learning::KnowledgeStore,
    limits::{RequestLimit, Subject},
    observe::Metrics,
    reasoning_memory::{MemoryMetrics, ReasoningMemory},
    upstream::{Client, ClientOptions, TlsError},
};

/// The state that outlives a configuration.
#[derive(Debug)]
pub struct Registry {
    /// The knowledge of deployments.
    pub knowledge: Arc<KnowledgeStore>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// The connections of clients.
    pub connections: Arc<Connections>,
    limits: ByName<(Subject, NonZeroU32), RequestLimit>,
    clients: ByName<ClientKey, Client>,
    reasoning: ByName<(usize, Duration), ReasoningMemory>,
    reasoning_metrics: MemoryMetrics,
}

/// The options by which a client is found. The proxies are not among them, because the whole process has the same
/// proxies.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ClientKey {
    resource: String,
    http2: bool,
    ca: Option<(PathBuf, Vec<u8>)>,
    durations: [Duration; 2],
}

impl Default for Registry {
    fn default() -> Registry {
        let knowledge = Arc::<KnowledgeStore>::default();
        let connections = Arc::<Connections>::default();
        let reasoning_metrics = MemoryMetrics::default();
        let metrics = Arc::new(Metrics::new(&knowledge.metrics, &reasoning_metrics, &connections));
        let (limits, clients, reasoning) = Default::default();
        Registry { knowledge, metrics, connections, limits, clients, reasoning, reasoning_metrics }
    }
}

impl Registry {
    /// Returns the limit on a key or a model, with the requests taken from it so far. A limit of another height begins
    /// unused.
    pub fn limit(&self, subject: Subject, per_minute: NonZeroU32) -> Arc<RequestLimit> {
        let key = (subject.clone(), per_minute);
        self.limits.get_or_insert_with(key, || RequestLimit::new(subject, per_minute))
    }

    /// Returns the memory of reasoning, with what it keeps. A memory with other options begins empty.
    pub fn reasoning_memory(&self, bytes: usize, ttl: Duration) -> Arc<ReasoningMemory> {
        let make = || ReasoningMemory::new(bytes, ttl, self.reasoning_metrics.clone());
        self.reasoning.get_or_insert_with((bytes, ttl), make)
    }

    /// Returns the client of a resource, with its connections. A client with other options begins without connections.
    ///
    /// # Errors
    /// When azgate cannot read the trusted certificates.
    pub fn client(&self, resource: &str, options: &ClientOptions) -> Result<Arc<Client>, TlsError> {
        let ClientOptions { http2, ca_file, connect_timeout, pool_idle_timeout, proxies: _ } = options;
        let key = ClientKey {
            resource: resource.to_owned(),
            http2: *http2,
            // The key contains the file's contents, so that a reload trusts a new certificate under the same path.
            ca: ca_file.as_ref().map(|path| (path.clone(), fs::read(path).unwrap_or_default())),
            durations: [*connect_timeout, *pool_idle_timeout],
        };
        self.clients.get_or_try_insert_with(key, || Client::new(options))
    }
}

/// Values by name. A value is kept while it is in use.
#[derive(Debug)]
struct ByName<K, V>(Mutex<HashMap<K, Weak<V>>>);

impl<K, V> Default for ByName<K, V> {
    fn default() -> ByName<K, V> {
        ByName(Mutex::default())
    }
}

impl<K: Eq + Hash, V> ByName<K, V> {
    fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        let Ok(value) = self.get_or_try_insert_with(key, || Ok::<_, std::convert::Infallible>(make()));
        value
    }

    fn get_or_try_insert_with<E>(&self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = values.get(&key).and_then(Weak::upgrade) {
            return Ok(value);
        }
        values.retain(|_, value| value.strong_count() > 0);
        let value = Arc::new(make()?);
        values.insert(key, Arc::downgrade(&value));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_while_it_is_in_use() {
        let values = ByName::<&str, u8>::default();
        let one = values.get_or_insert_with("a", || 1);
        assert!(Arc::ptr_eq(&one, &values.get_or_insert_with("a", || 2)));
        drop(one);
        assert_eq!(*values.get_or_insert_with("a", || 3), 3);
        drop(values.get_or_insert_with("b", || 4));
        drop(values.get_or_insert_with("c", || 5));
        assert_eq!(values.0.lock().unwrap().len(), 1, "unused values are not kept");
    }

    #[test]
    fn a_limit_keeps_its_state_and_one_of_another_height_has_its_own() {
        let registry = Registry::default();
        let subject = || Subject::Model("m".to_owned());
        let height = |count| NonZeroU32::new(count).unwrap();
        let first = registry.limit(subject(), height(5));
        assert!(Arc::ptr_eq(&first, &registry.limit(subject(), height(5))));
        assert!(!Arc::ptr_eq(&first, &registry.limit(subject(), height(6))));
        assert!(!Arc::ptr_eq(&first, &registry.limit(Subject::Key("m".to_owned()), height(5))));
    }

    #[test]
    fn the_memory_of_reasoning_is_kept_unless_its_options_change() {
        let registry = Registry::default();
        let memory = |bytes| registry.reasoning_memory(bytes, Duration::from_secs(1));
        let first = memory(5);
        assert!(Arc::ptr_eq(&first, &memory(5)));
        assert!(!Arc::ptr_eq(&first, &memory(6)));
    }
}
