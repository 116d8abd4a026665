//! `vault` and `unvault`: encryption by the program's vault, with a password of the template's own.

use super::Table;
use crate::template::eval::Call;
use crate::template::{Answer, Error};
use crate::vars::{Marks, Value};
use crate::vault::{Envelope, Secret, is_encrypted};

pub const TABLE: Table = &[("vault", vault), ("unvault", unvault)];

fn vault(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "secret", "salt", "vault_id", "wrap_object", "vaultid"])?;
    let (text, password) = (args.exact_text("value")?, args.exact_text("secret")?);
    let label = args.some("vault_id").or(args.some("vaultid")).map(ToString::to_string);
    let secret = Secret::new(Some(label.as_deref().unwrap_or("filter_default")), password);
    let salt = args.some("salt").map(ToString::to_string);
    let part = call.part;
    call.ev.once(part, || {
        let sealed = match &salt {
            Some(salt) => secret.encrypt_with_salt(text.as_bytes(), salt.as_bytes()),
            None => secret.encrypt(text.as_bytes()),
        };
        sealed.map(Value::from).map_err(Error::from)
    })
}

fn unvault(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "secret", "vault_id", "vaultid"])?;
    let (text, password) = (args.exact_text("value")?, args.exact_text("secret")?);
    if !is_encrypted(text.as_bytes()) {
        return args.value("value");
    }
    let envelope = Envelope::parse(&text).map_err(|why| Error::failed(format!("the vault text: {why}")))?;
    let plain = Secret::new(None, password).open(&envelope);
    let plain = plain.ok_or_else(|| Error::failed("the secret does not open this vault text"))?;
    let plain = std::str::from_utf8(&plain).map_err(|_| Error::failed("the decrypted bytes are no text"))?;
    Ok(Value::from(plain).marked(Marks::SECRET))
}
