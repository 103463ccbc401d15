//! What outlives a configuration, by name: a reload finds again what it still names, and nothing that a caller or
//! Azure did is forgotten by it.
//!
//! The registry holds no more than the configurations do that are in use: what none of them names is dropped with the
//! last call that uses it. What is known of deployments is the exception: a store of bounded size keeps it.

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
    learning::KnowledgeStore,
    limits::{RequestLimit, Subject},
    observe::Metrics,
    upstream::{Client, ClientOptions, TlsError},
};

/// What outlives a configuration.
#[derive(Debug)]
pub struct Registry {
    /// What is known of deployments.
    pub knowledge: Arc<KnowledgeStore>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    limits: ByName<(Subject, NonZeroU32), RequestLimit>,
    clients: ByName<ClientKey, Client>,
}

/// What a client is made of. The proxies are those of the process.
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
        let metrics = Arc::new(Metrics::new(&knowledge.metrics));
        Registry { knowledge, metrics, limits: ByName::default(), clients: ByName::default() }
    }
}

impl Registry {
    /// Returns the limit on a key or a model, with what was taken from it. A limit of another height begins anew.
    pub fn limit(&self, subject: Subject, per_minute: NonZeroU32) -> Arc<RequestLimit> {
        let key = (subject.clone(), per_minute);
        self.limits.get_or_insert_with(key, || RequestLimit::new(subject, per_minute))
    }

    /// Returns the client of a resource, with its connections. A client with other options begins without any.
    ///
    /// # Errors
    /// When the certificates to trust cannot be read.
    pub fn client(&self, resource: &str, options: &ClientOptions) -> Result<Arc<Client>, TlsError> {
        let ClientOptions { http2, ca_file, connect_timeout, pool_idle_timeout, proxies: _ } = options;
        let key = ClientKey {
            resource: resource.to_owned(),
            http2: *http2,
            // The file's contents, so that a reload trusts a new certificate under the same path.
            ca: ca_file.as_ref().map(|path| (path.clone(), fs::read(path).unwrap_or_default())),
            durations: [*connect_timeout, *pool_idle_timeout],
        };
        self.clients.get_or_try_insert_with(key, || Client::new(options))
    }
}

/// Values that are kept while someone uses them.
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
    fn a_value_is_kept_while_someone_uses_it() {
        let values = ByName::<&str, u8>::default();
        let one = values.get_or_insert_with("a", || 1);
        assert!(Arc::ptr_eq(&one, &values.get_or_insert_with("a", || 2)));
        drop(one);
        assert_eq!(*values.get_or_insert_with("a", || 3), 3);
        drop(values.get_or_insert_with("b", || 4));
        drop(values.get_or_insert_with("c", || 5));
        assert_eq!(values.0.lock().unwrap().len(), 1, "what nobody uses is not kept");
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
}
