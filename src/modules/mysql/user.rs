//! `mysql_user`

use super::expire::{Expire, LOCKED, account_after};
use super::privileges::{self, Granted};
use super::{Login, statements, tls};
use crate::host::mysql::{Rows, Server, literal, native, value};
use crate::host::{Data, Effect, Failure, Fields, Plan, Probe};
use crate::modules::argument::{Argument, Raw};
use crate::modules::{ArgumentError, Module};

choices! {
    /// Whether the user is to be there.
    State { Present = "present", Absent = "absent" }
}

choices! {
    /// When the password of a user who is there changes.
    Update { Always = "always", OnCreate = "on_create", OnNewUsername = "on_new_username" }
}

module! {
    /// Manages users of a MySQL or MariaDB server, and their rights.
    ///
    /// ```yaml
    /// - mysql_user: { name: app, password: secret, priv: "app.*:ALL", host: "%" }
    /// - mysql_user: { name: "", host_all: true, state: absent }
    /// ```
    MysqlUser "mysql_user" {
        /// The user.
        name ["user"]: String;
        /// The password.
        password: Option<String>;
        /// Whether `password` is what the server keeps of one.
        encrypted: bool = false;
        /// Where the user comes from.
        host: String = "localhost";
        /// Means the user wherever from.
        host_all: bool = false;
        /// Rights: `database.table:SELECT,INSERT/database.*:ALL`, or a dict.
        r#priv: Option<Raw>;
        /// Adds rights to those that are there.
        append_privs: bool = false;
        /// Takes these rights away, and leaves others.
        subtract_privs: bool = false;
        /// What a connection must have: `SSL`, `X509`, or `subject`, `issuer`, `cipher`.
        tls_requires: Option<Fields>;
        /// Writes it to the log for other servers.
        sql_log_bin: bool = true;
        /// Means nothing here.
        force_context: bool = false;
        /// Whether the user is to be there.
        state: State = "present";
        /// Tries `root` without a password first.
        check_implicit_admin: bool = false;
        /// When the password of a user who is there changes.
        update_password: Update = "always";
        /// How the user says who it is.
        plugin: Option<String>;
        /// What the plugin keeps.
        plugin_hash_string: Option<String>;
        /// What the plugin makes of this text.
        plugin_auth_string: Option<String>;
        /// Means nothing here: whether a password is right is found out by trying it.
        salt: Option<String>;
        /// Settings of the session in which it is done.
        session_vars: Fields;
        /// Attributes of the user; `null` takes one away. MySQL alone knows them.
        attributes: Option<Fields>;
        /// Limits, as `MAX_QUERIES_PER_HOUR` and others.
        resource_limits: Option<Fields>;
        /// When the password ends.
        password_expire: Option<Expire>;
        /// After how many days, for `interval`.
        password_expire_interval: Option<i64>;
        /// Means nothing here: names of columns keep their letters.
        column_case_sensitive: Option<bool>;
        /// Whether the user is locked out.
        locked: Option<bool>;
    } with { login: Login }
}

/// Limits, and the columns that hold them.
const LIMITS: [(&str, &str); 4] = [
    ("MAX_QUERIES_PER_HOUR", "max_questions"),
    ("MAX_UPDATES_PER_HOUR", "max_updates"),
    ("MAX_CONNECTIONS_PER_HOUR", "max_connections"),
    ("MAX_USER_CONNECTIONS", "max_user_connections"),
];

impl Module for MysqlUser {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = if self.check_implicit_admin {
            self.login.implicit_admin(host)?
        } else {
            self.login.server(host)?
        };
        let asked = self.asked();
        let found = server.rows(host, None, &asked)?;
        let mut work = Work { user: self, server: &server, all: Vec::new(), effects: Vec::new() };
        let mut after: Rows = Vec::new();
        let mut password_changed = false;
        if self.state == State::Absent {
            found
                .iter()
                .for_each(|row| work.push(format!("DROP USER {}", account(&self.name, value(row, "host")))));
        } else if found.is_empty() {
            let places = if self.host_all { Vec::new() } else { vec![self.host.clone()] };
            for place in &places {
                password_changed = self.password.is_some();
                work.create(host, place)?;
                after.push(self.row(place));
                work.rights(place, &[])?;
                if self.attributes.is_some() {
                    let text =
                        crate::host::json::print(&Data::Map(self.attributes.clone().unwrap_or_default()));
                    work.push(format!(
                        "ALTER USER {} ATTRIBUTE {}",
                        account(&self.name, place),
                        literal(&text)
                    ));
                }
            }
            if places.is_empty() {
                return Err(
                    host.missing(format!("there is no user `{}`; one is made only for a `host`", self.name))
                );
            }
        } else {
            for row in &found {
                let place = value(row, "host");
                password_changed |= work.alter(host, row)?;
                let grants = work.grants(host, place)?;
                work.rights(place, &grants)?;
                work.attributes(host, place)?;
                after.push(self.row(place));
            }
        }
        if work.all.is_empty() {
            return Ok(Plan::nothing().with("user", self.name.as_str()).with("password_changed", false));
        }
        let mut effects = vec![server.becomes(None, &asked, &after)];
        effects.append(&mut work.effects);
        effects.extend(found.is_empty().then_some(Effect::Anything));
        let plan = statements(&server, work.all, effects);
        let msg = if self.state == State::Absent {
            "User deleted"
        } else if found.is_empty() {
            "User added"
        } else {
            "User changed"
        };
        Ok(plan.with("user", self.name.as_str()).with("msg", msg).with("password_changed", password_changed))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        if let Some(Err(message)) = self.r#priv.as_ref().map(|rights| privileges::wanted(&rights.0)) {
            wrong.push(ArgumentError::new("priv", message));
        }
        if self.append_privs && self.subtract_privs {
            wrong.push(ArgumentError::new("", exclusive!("append_privs|subtract_privs")));
        }
        if self.password.is_some() && self.plugin.is_some() {
            wrong.push(ArgumentError::new("", exclusive!("password|plugin")));
        }
        if self.password_expire == Some(Expire::Interval) && self.password_expire_interval.is_none() {
            wrong.push(ArgumentError::new("", "argument `password_expire_interval` is missing"));
        }
        for (name, _) in self.resource_limits.iter().flat_map(Fields::iter) {
            if !LIMITS.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                wrong.push(ArgumentError::new("resource_limits", format!("`{name}` is no limit")));
            }
        }
        wrong
    }
}

fn account(name: &str, place: &str) -> String {
    format!("{}@{}", literal(name), literal(place))
}

impl MysqlUser {
    fn asked(&self) -> String {
        let place =
            if self.host_all { String::new() } else { format!(" AND Host = {}", literal(&self.host)) };
        format!(
            "SELECT User AS user, Host AS host, plugin, authentication_string AS kept, ssl_type, max_questions, max_updates, \
             max_connections, max_user_connections, password_expired FROM mysql.user WHERE User = {}{place} ORDER BY Host",
            literal(&self.name)
        )
    }

    /// What the server would know of the user.
    fn row(&self, place: &str) -> Vec<(String, String)> {
        let kept = match &self.password {
            Some(password) if self.encrypted => password.clone(),
            Some(password) => native(password),
            None => self.plugin_hash_string.clone().unwrap_or_default(),
        };
        let plugin = self.plugin.clone().unwrap_or_else(|| "mysql_native_password".to_owned());
        let cell = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut row =
            vec![cell("user", &self.name), cell("host", place), cell("plugin", &plugin), cell("kept", &kept)];
        row.push(cell("ssl_type", self.tls_kind().unwrap_or_default()));
        for (limit, column) in LIMITS {
            row.push(cell(column, &self.limit(limit).unwrap_or(0).to_string()));
        }
        row.push(cell("password_expired", if self.password_expire == Some(Expire::Now) { "Y" } else { "N" }));
        row
    }

    fn limit(&self, name: &str) -> Option<i64> {
        let limits = self.resource_limits.as_ref()?;
        let (_, value) = limits.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        i64::parse(value).ok()
    }

    /// What the server calls the kind of connection that is asked for.
    fn tls_kind(&self) -> Option<&'static str> {
        self.tls_requires.as_ref().map(tls::kind)
    }

    fn tls_words(&self) -> Option<String> {
        self.tls_requires.as_ref().map(tls::words)
    }

    fn limit_words(&self) -> Option<String> {
        let words: Vec<String> =
            LIMITS.iter().filter_map(|(name, _)| Some(format!("{name} {}", self.limit(name)?))).collect();
        (!words.is_empty()).then(|| format!("WITH {}", words.join(" ")))
    }

    fn expire_words(&self) -> Option<String> {
        Some(self.password_expire?.words(self.password_expire_interval.unwrap_or(0)))
    }

    /// How the user says who it is, as it is run and as it is shown.
    fn identified(&self) -> Option<(String, String)> {
        let hidden = "'********'";
        if let Some(plugin) = &self.plugin {
            let (word, text) = match (&self.plugin_hash_string, &self.plugin_auth_string) {
                (Some(hash), _) => (" AS ", hash),
                (None, Some(text)) => (" BY ", text),
                (None, None) => {
                    return Some((format!("IDENTIFIED WITH {plugin}"), format!("IDENTIFIED WITH {plugin}")));
                }
            };
            let start = format!("IDENTIFIED WITH {plugin}{word}");
            return Some((format!("{start}{}", literal(text)), format!("{start}{hidden}")));
        }
        let password = self.password.as_ref()?;
        let start =
            if self.encrypted { "IDENTIFIED WITH mysql_native_password AS " } else { "IDENTIFIED BY " };
        Some((format!("{start}{}", literal(password)), format!("{start}{hidden}")))
    }
}

/// The statements for one user, as far as they are found.
struct Work<'a> {
    user: &'a MysqlUser,
    server: &'a Server,
    all: Vec<(String, String)>,
    effects: Vec<Effect>,
}

impl Work<'_> {
    fn push(&mut self, sql: String) {
        self.push_secret(sql.clone(), sql);
    }

    fn push_secret(&mut self, sql: String, shown: String) {
        let log = if self.user.sql_log_bin { "" } else { "SET SQL_LOG_BIN=0; " };
        let settings = self.user.session_vars.iter();
        let settings: String = settings
            .map(|(name, value)| format!("SET SESSION {name} = {}; ", super::value_in_sql(value)))
            .collect();
        self.all.push((format!("{log}{settings}{sql}"), shown));
    }

    /// Attributes that are not as they are to be.
    fn attributes(&mut self, host: &dyn Probe, place: &str) -> Result<(), Failure> {
        let Some(wanted) = &self.user.attributes else { return Ok(()) };
        let asked = format!(
            "SELECT ATTRIBUTE AS attributes FROM INFORMATION_SCHEMA.USER_ATTRIBUTES WHERE USER = {} AND HOST = {}",
            literal(&self.user.name),
            literal(place)
        );
        let rows = self.server.rows(host, None, &asked)?;
        let known = rows.first().map(|row| value(row, "attributes")).unwrap_or_default();
        let known = crate::host::json::parse(known).unwrap_or_default();
        if wanted.iter().any(|(name, value)| known.entry(name) != value) {
            let text = crate::host::json::print(&Data::Map(wanted.clone()));
            self.push(format!("ALTER USER {} ATTRIBUTE {}", account(&self.user.name, place), literal(&text)));
            let mut after = known.as_map().cloned().unwrap_or_default();
            wanted.iter().for_each(|(name, value)| after.set(name, value.clone()));
            let after = vec![vec![("attributes".to_owned(), crate::host::json::print(&Data::Map(after)))]];
            self.effects.push(self.server.becomes(None, &asked, &after));
        }
        Ok(())
    }

    fn create(&mut self, host: &dyn Probe, place: &str) -> Result<(), Failure> {
        let user = self.user;
        let start = format!("CREATE USER {}", account(&user.name, place));
        let mut identified = user.identified();
        if user.update_password == Update::OnNewUsername {
            let others = format!(
                "SELECT plugin, authentication_string AS kept FROM mysql.user WHERE User = {}",
                literal(&user.name)
            );
            if let Some(row) = self.server.rows(host, None, &others)?.first() {
                let sql =
                    format!("IDENTIFIED WITH {} AS {}", value(row, "plugin"), literal(value(row, "kept")));
                identified = Some((sql, format!("IDENTIFIED WITH {}", value(row, "plugin"))));
            }
        }
        let (sql, shown) = identified.unwrap_or_default();
        let more = [user.tls_words(), user.limit_words()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let joined =
            |identified: &str| [&start, identified, &more].map(str::trim).join(" ").trim().to_owned();
        self.push_secret(joined(&sql), joined(&shown));
        let alter = |words: &str| format!("ALTER USER {} {words}", account(&user.name, place));
        user.expire_words().into_iter().for_each(|words| self.push(alter(&words)));
        if user.locked == Some(true) {
            self.push(alter("ACCOUNT LOCK"));
        }
        Ok(())
    }

    /// Brings a user who is there to what it is to be; whether the password changes.
    fn alter(&mut self, host: &dyn Probe, row: &[(String, String)]) -> Result<bool, Failure> {
        let user = self.user;
        let start = format!("ALTER USER {}", account(&user.name, value(row, "host")));
        let changes = user.update_password == Update::Always && !self.is_identified(host, row)?;
        if let Some((sql, shown)) = user.identified().filter(|_| changes) {
            self.push_secret(format!("{start} {sql}"), format!("{start} {shown}"));
        }
        let same_tls = user.tls_kind().is_none_or(|kind| kind == value(row, "ssl_type"));
        if let Some(words) = user.tls_words().filter(|_| !same_tls) {
            self.push(format!("{start} {words}"));
        }
        let same_limit = |(name, column): &(&str, &str)| {
            user.limit(name).is_none_or(|limit| limit.to_string() == value(row, column))
        };
        if let Some(words) = user.limit_words().filter(|_| !LIMITS.iter().all(same_limit)) {
            self.push(format!("{start} {words}"));
        }
        if user.locked.is_some() || user.password_expire.is_some() {
            self.alter_account(host, row, &start)?;
        }
        Ok(changes && user.identified().is_some())
    }

    /// When the password ends, and whether the user is locked out: what only `SHOW CREATE USER` tells.
    fn alter_account(
        &mut self,
        host: &dyn Probe,
        row: &[(String, String)],
        start: &str,
    ) -> Result<(), Failure> {
        let user = self.user;
        let asked = format!("SHOW CREATE USER {}", account(&user.name, value(row, "host")));
        let shown = self.server.rows(host, None, &asked)?;
        let shown = shown.iter().flatten().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ");
        let days = user.password_expire_interval.unwrap_or(0);
        let expired = value(row, "password_expired") == "Y";
        if let Some(expire) = user.password_expire.filter(|expire| !expire.is_so(days, &shown, expired)) {
            self.push(format!("{start} {}", expire.words(days)));
        }
        if let Some(locked) = user.locked.filter(|locked| *locked != shown.contains(LOCKED)) {
            self.push(format!("{start} ACCOUNT {}", if locked { "LOCK" } else { "UNLOCK" }));
        }
        let after = account_after(&shown, user.expire_words(), user.locked);
        self.effects.push(self.server.becomes(None, &asked, &vec![vec![("user".to_owned(), after)]]));
        Ok(())
    }

    /// Whether the user says who it is as is asked for.
    fn is_identified(&self, host: &dyn Probe, row: &[(String, String)]) -> Result<bool, Failure> {
        let (user, kept, plugin) = (self.user, value(row, "kept"), value(row, "plugin"));
        if let Some(wanted) = &user.plugin {
            let same = match (&user.plugin_hash_string, &user.plugin_auth_string) {
                (Some(hash), _) => hash == kept,
                (None, Some(text)) => *kept == native(text) || self.server.lets_in(host, &user.name, text)?,
                (None, None) => true,
            };
            return Ok(plugin == wanted && same);
        }
        let Some(password) = &user.password else { return Ok(true) };
        if user.encrypted {
            return Ok(kept.eq_ignore_ascii_case(password));
        }
        if plugin == "mysql_native_password" || plugin.is_empty() {
            return Ok(kept.eq_ignore_ascii_case(&native(password)) || password.is_empty() && kept.is_empty());
        }
        self.server.lets_in(host, &user.name, password)
    }

    fn grants_asked(&self, place: &str) -> String {
        format!("SHOW GRANTS FOR {}", account(&self.user.name, place))
    }

    fn grants(&self, host: &dyn Probe, place: &str) -> Result<Vec<Granted>, Failure> {
        if self.user.r#priv.is_none() {
            return Ok(Vec::new());
        }
        let rows = self.server.rows(host, None, &self.grants_asked(place))?;
        Ok(privileges::listed(&rows.into_iter().flatten().map(|(_, line)| line).collect::<Vec<_>>()))
    }

    fn rights(&mut self, place: &str, found: &[Granted]) -> Result<(), Failure> {
        let Some(rights) = &self.user.r#priv else { return Ok(()) };
        let wanted = privileges::wanted(&rights.0)?;
        let before = self.all.len();
        let to = account(&self.user.name, place);
        let of = |list: &[Granted], on: &str| list.iter().find(|granted| granted.on == on).cloned();
        let mut after: Vec<Granted> = found.to_vec();
        if self.user.subtract_privs {
            for granted in &wanted {
                let Some(there) = of(found, &granted.on) else { continue };
                let kept = there.without(Some(granted));
                self.revoke(&there.without(Some(&kept)), &to);
                after.retain(|known| known.on != granted.on);
                after.extend((!kept.rights.is_empty()).then_some(kept));
            }
        } else {
            if !self.user.append_privs {
                for granted in found.iter().filter(|granted| of(&wanted, &granted.on).is_none()) {
                    self.revoke(granted, &to);
                    after.retain(|known| known.on != granted.on);
                }
            }
            for granted in &wanted {
                let there = of(found, &granted.on);
                if let Some(there) = there.as_ref().filter(|_| !self.user.append_privs) {
                    self.revoke(&there.without(Some(granted)), &to);
                }
                let missing = granted.without(there.as_ref());
                if !missing.rights.is_empty() {
                    let option = if missing.may_grant() { " WITH GRANT OPTION" } else { "" };
                    self.push(format!("GRANT {} ON {} TO {to}{option}", missing.words(), granted.on));
                }
                let kept =
                    there.filter(|_| self.user.append_privs).map(|there| there.rights).unwrap_or_default();
                after.retain(|known| known.on != granted.on);
                after.push(Granted {
                    on: granted.on.clone(),
                    rights: [kept, granted.rights.clone()].concat(),
                });
            }
        }
        if self.all.len() > before || found.is_empty() {
            self.foresee(place, &to, &after);
        }
        Ok(())
    }

    fn revoke(&mut self, granted: &Granted, from: &str) {
        if granted.words() != "USAGE" {
            self.push(format!("REVOKE {} ON {} FROM {from}", granted.words(), granted.on));
        }
        if granted.may_grant() {
            self.push(format!("REVOKE GRANT OPTION ON {} FROM {from}", granted.on));
        }
    }

    /// For a dry run: the server would list these rights.
    fn foresee(&mut self, place: &str, to: &str, after: &[Granted]) {
        let line = |granted: &Granted| {
            let option = if granted.may_grant() { " WITH GRANT OPTION" } else { "" };
            vec![(
                "grants".to_owned(),
                format!("GRANT {} ON {} TO {to}{option}", granted.words(), granted.on),
            )]
        };
        let rows: Rows = after.iter().map(line).collect();
        self.effects.push(self.server.becomes(None, &self.grants_asked(place), &rows));
    }
}
