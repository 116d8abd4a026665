//! `vault` and `unvault`: encryption by the program's vault.

use super::Table;
use crate::template::eval::Call;
use crate::template::{Answer, Error};
use crate::vars::{Marks, Value};

pub const TABLE: Table = &[("vault", vault), ("unvault", unvault)];

fn vault(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "secret", "salt", "vault_id", "wrap_object", "vaultid"])?;
    let (text, secret) = (args.text("value")?, args.text("secret")?);
    let id = args.text_or("vault_id", "filter_default")?;
    let salt = args.some("salt").map(ToString::to_string);
    let services = call.ev.context.surroundings.services.clone();
    let part = call.part;
    call.ev.once(part, || {
        services.vault(&text, &secret, &id, salt.as_deref()).map(Value::from).map_err(Error::failed)
    })
}

fn unvault(call: &mut Call) -> Answer<Value> {
    let args = call.bind(&["value", "secret", "vault_id", "vaultid"])?;
    let (text, secret) = (args.text("value")?, args.text("secret")?);
    if !text.starts_with("$ANSIBLE_VAULT;") {
        return Ok(text.into());
    }
    let plain = call.ev.context.surroundings.services.unvault(&text, &secret).map_err(Error::failed)?;
    let plain = String::from_utf8(plain).map_err(|_| Error::failed("the decrypted bytes are no text"))?;
    Ok(Value::from(plain).marked(Marks::SECRET))
}
