//! Encrypted values and files, in the format of `ansible-vault`.

mod cipher;
mod edit;
mod envelope;
mod files;
mod inline;
mod keyring;
mod password;
mod private;
mod replace;

pub use edit::{Editor, Keys, create, edit};
pub use envelope::{Envelope, is_encrypted};
pub use files::{Rekeyed, decrypt, decrypt_file, encrypt, encrypt_file, encrypt_string, rekey, shown, view};
pub use keyring::{Keyring, Secret};
pub use password::{Ask, Origin, Place, load};
pub use replace::write;

use crate::source::{Diagnostic, Span};
use zeroize::Zeroizing;

/// The label of a secret, or of an encrypted text, that was given none.
pub const DEFAULT: &str = "default";

/// Something that knows the passwords for encrypted texts.
pub trait Decryptor: std::fmt::Debug + Send + Sync {
    /// The bytes inside an encrypted text, which was written at `span`.
    ///
    /// # Errors
    ///
    /// Where no password is known, none opens it, or the text is damaged.
    fn decrypt(&self, text: &str, span: Span) -> Result<Zeroizing<Vec<u8>>, Diagnostic>;

    /// As [`Decryptor::decrypt`], for what must be text.
    ///
    /// # Errors
    ///
    /// As there, and where the bytes are no UTF-8.
    fn decrypt_text(&self, text: &str, span: Span) -> Result<Zeroizing<String>, Diagnostic> {
        let bytes = self.decrypt(text, span)?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Zeroizing::new(text.to_owned())),
            Err(_) => Err(Diagnostic::error("what is encrypted here is not text in UTF-8").at(span)),
        }
    }
}
