//! A `!vault` value: decrypted when it is used, and then only once.

use super::{Data, Marks, Object, Value};
use crate::source::Span;
use crate::vault::Envelope;
use std::sync::{Arc, OnceLock};

/// What stands in for the text until somebody asks for it. Deriving its key takes a while.
#[derive(Debug)]
pub struct Encrypted {
    /// The envelope as it was written, `$ANSIBLE_VAULT;...`.
    pub text: Arc<str>,
    pub span: Span,
    plain: OnceLock<Value>,
}

impl Encrypted {
    /// A value that hides behind this envelope. It is secret, and lazy until it is decrypted.
    pub fn value(text: Arc<str>, span: Span) -> Value {
        let encrypted = Encrypted { text, span, plain: OnceLock::new() };
        Value::object(encrypted).marked(Marks::SECRET.and(Marks::LAZY)).at(span)
    }

    /// The encrypted value that this is, if it is one.
    pub fn of(value: &Value) -> Option<Arc<Encrypted>> {
        match value.data() {
            Data::Object(object) => object.clone().as_any().downcast().ok(),
            _ => None,
        }
    }

    /// Which secret it was encrypted with, where it says so.
    pub fn label(&self) -> Option<String> {
        Envelope::parse(&self.text).ok()?.label
    }

    /// The text inside: secret, and never a template. `decrypt` is called at most once if it succeeds.
    ///
    /// # Errors
    ///
    /// Those of `decrypt`, and where what is inside is no UTF-8.
    pub fn reveal(&self, decrypt: impl FnOnce(&str) -> Result<Vec<u8>, String>) -> Result<Value, String> {
        if let Some(known) = self.plain.get() {
            return Ok(known.clone());
        }
        let text = String::from_utf8(decrypt(&self.text)?);
        let text = text.map_err(|_| "what is encrypted here is no text in UTF-8".to_owned())?;
        let value = Value::text(text).marked(Marks::SECRET).at(self.span);
        Ok(self.plain.get_or_init(|| value).clone())
    }
}

impl Object for Encrypted {
    fn type_name(&self) -> &str {
        "str"
    }

    fn get(&self, _: &Value) -> Option<Value> {
        None
    }

    /// The envelope: what was not decrypted is not secret.
    fn text(&self) -> String {
        self.text.to_string()
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_decrypted_once_and_is_no_template() {
        let value = Encrypted::value("$ANSIBLE_VAULT;1.1;AES256\n00".into(), Span::NONE);
        assert!(value.is_lazy() && value.is_secret());
        let encrypted = Encrypted::of(&value).unwrap();
        assert!(encrypted.reveal(|_| Err("no".into())).is_err());
        let plain = encrypted.reveal(|_| Ok(b"{{ x }}".to_vec())).unwrap();
        assert_eq!((plain.as_str(), plain.is_lazy(), plain.is_secret()), (Some("{{ x }}"), false, true));
        assert_eq!(encrypted.reveal(|_| Err("twice".into())), Ok(plain));
    }
}
