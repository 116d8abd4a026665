//! `postgresql_db`

use super::{Login, Statements, comment};
use crate::host::postgres::{Server, identifier, literal};
use crate::host::{Change, Effect, Failure, Fields, Plan, Probe, Run, text, words};
use crate::modules::argument::PathText;
use crate::modules::{ArgumentError, Module};

choices! {
    /// What becomes of the database.
    State { Present = "present", Absent = "absent", Dump = "dump", Restore = "restore", Rename = "rename" }
}

module! {
    /// Manages databases of a PostgreSQL server.
    ///
    /// ```yaml
    /// - postgresql_db: { name: synapse, owner: synapse, encoding: UTF8, lc_collate: C, lc_ctype: C, template: template0 }
    /// - postgresql_db: { name: synapse, state: dump, target: /var/backups/synapse.sql.gz }
    /// ```
    PostgresqlDb "postgresql_db" {
        /// The database.
        name ["db"]: String;
        /// Who owns it.
        owner: String = "";
        /// What it is copied from.
        template: String = "";
        /// Its letters.
        encoding: String = "";
        /// Its order of texts.
        lc_collate: String = "";
        /// Its kinds of letters.
        lc_ctype: String = "";
        /// Its locale of ICU.
        icu_locale: String = "";
        /// Who provides locales: `libc` or `icu`.
        locale_provider: String = "";
        /// What becomes of the database.
        state: State = "present";
        /// Ends connections to a database that is dropped.
        force: bool = false;
        /// The file to dump to or to restore from, or the new name.
        target: String = "";
        /// More words for the programs that dump and restore.
        target_opts: String = "";
        /// The database to connect to.
        maintenance_db: String = "postgres";
        /// How many connections it takes.
        conn_limit: String = "";
        /// Where it lies.
        tablespace: String = "";
        /// More words for `pg_dump`.
        dump_extra_args: Option<String>;
        /// What is said of it.
        comment: Option<String>;
    } with { login: Login }
}

impl Module for PostgresqlDb {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.login.server(host)?;
        match self.state {
            State::Dump | State::Restore => return self.copied(host, &server),
            _ => {}
        }
        let found = server.rows(host, &self.maintenance_db, &asked(&self.name))?.into_iter().next();
        let mut statements = Statements::of(&server, &self.maintenance_db);
        let name = identifier(&self.name);
        let mut after = found.clone().unwrap_or_default();
        match (self.state, &found) {
            (State::Absent, None) => {}
            (State::Absent, Some(_)) => {
                statements
                    .push(format!("DROP DATABASE {name}{}", if self.force { " WITH (FORCE)" } else { "" }));
            }
            (State::Rename, None) => return self.renamed_before(host, &server),
            (State::Rename, Some(_)) => {
                statements.push(format!("ALTER DATABASE {name} RENAME TO {}", identifier(&self.target)));
                let renamed = server.becomes(&self.maintenance_db, &asked(&self.target), vec![after]);
                let gone = server.becomes(&self.maintenance_db, &asked(&self.name), Vec::new());
                return Ok(self.say(statements.plan("executed_commands", vec![renamed, gone])));
            }
            (_, None) => {
                statements.push(self.creation());
                after = self.wished(Fields::new().with("name", self.name.as_str()));
                if let Some(text) = self.comment.as_ref().filter(|text| !text.is_empty()) {
                    statements.push(comment("DATABASE", &name, text));
                }
            }
            (_, Some(found)) => {
                self.alter(found, &mut statements)?;
                after = self.wished(after);
            }
        }
        let rows = if self.state == State::Absent { Vec::new() } else { vec![after] };
        let mut effects = vec![server.becomes(&self.maintenance_db, &asked(&self.name), rows)];
        effects.extend((found.is_none()).then_some(Effect::Anything));
        Ok(self.say(statements.plan("executed_commands", effects)))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let needs = matches!(self.state, State::Dump | State::Restore | State::Rename);
        if needs && self.target.is_empty() {
            wrong.push(ArgumentError::new("", "argument `target` is missing"));
        }
        if !self.conn_limit.is_empty() && self.conn_limit.parse::<i64>().is_err() {
            wrong.push(ArgumentError::new("conn_limit", "`conn_limit` must be a whole number"));
        }
        wrong
    }
}

/// What is asked about a database. Servers before 15 know no providers of locales, and 17 has another name for theirs.
fn asked(name: &str) -> String {
    format!(
        "SELECT d.datname AS name, pg_get_userbyid(d.datdba) AS owner, pg_encoding_to_char(d.encoding) AS encoding, \
         d.datcollate AS lc_collate, d.datctype AS lc_ctype, d.datconnlimit::text AS conn_limit, \
         t.spcname AS tablespace, coalesce(to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale', '') AS icu_locale, \
         CASE to_jsonb(d)->>'datlocprovider' WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' ELSE '' END AS locale_provider, \
         coalesce(shobj_description(d.oid, 'pg_database'), '') AS comment \
         FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = {}",
        literal(name)
    )
}

impl PostgresqlDb {
    fn say(&self, plan: Plan) -> Plan {
        plan.with("db", self.name.as_str())
    }

    /// A database that was renamed in an earlier run is there under its new name.
    fn renamed_before(&self, host: &dyn Probe, server: &Server) -> Result<Plan, Failure> {
        let there = server.rows(host, &self.maintenance_db, &asked(&self.target))?;
        if there.is_empty() {
            return Err(host.missing(format!("there is no database `{}`", self.name)));
        }
        Ok(self.say(Plan::nothing().with("executed_commands", Vec::<String>::new())))
    }

    fn creation(&self) -> String {
        let mut sql = format!("CREATE DATABASE {}", identifier(&self.name));
        let parts = [
            ("OWNER", &self.owner, true),
            ("TEMPLATE", &self.template, true),
            ("ENCODING", &self.encoding, false),
            ("LOCALE_PROVIDER", &self.locale_provider, true),
            ("ICU_LOCALE", &self.icu_locale, false),
            ("LC_COLLATE", &self.lc_collate, false),
            ("LC_CTYPE", &self.lc_ctype, false),
            ("TABLESPACE", &self.tablespace, true),
        ];
        for (word, value, is_name) in parts.iter().filter(|(_, value, _)| !value.is_empty()) {
            let value = if *is_name { identifier(value) } else { literal(value) };
            sql.push_str(&format!(" {word} {value}"));
        }
        if !self.conn_limit.is_empty() {
            sql.push_str(&format!(" CONNECTION LIMIT {}", self.conn_limit));
        }
        sql
    }

    /// What a database would be, with what is wished for.
    fn wished(&self, mut known: Fields) -> Fields {
        let wishes = [
            ("owner", &self.owner),
            ("encoding", &self.encoding),
            ("lc_collate", &self.lc_collate),
            ("lc_ctype", &self.lc_ctype),
            ("icu_locale", &self.icu_locale),
            ("locale_provider", &self.locale_provider),
            ("conn_limit", &self.conn_limit),
            ("tablespace", &self.tablespace),
        ];
        for (name, value) in wishes.iter().filter(|(_, value)| !value.is_empty()) {
            known.set(*name, value.as_str());
        }
        if let Some(text) = &self.comment {
            known.set("comment", text.as_str());
        }
        known
    }

    fn alter<'a>(&'a self, found: &Fields, statements: &mut Statements) -> Result<(), Failure> {
        let known =
            |name: &str| found.get(name).and_then(|value| value.as_text()).unwrap_or_default().to_owned();
        let differs = |name: &str, wanted: &str| !wanted.is_empty() && known(name) != wanted;
        let letters = |text: &str| text.replace(['-', '_'], "").to_ascii_uppercase();
        let told = |name: &str, wanted: &'a str| if known(name).is_empty() { "" } else { wanted };
        let fixed = [
            ("encoding", self.encoding.as_str()),
            ("lc_collate", &self.lc_collate),
            ("lc_ctype", &self.lc_ctype),
            ("icu_locale", told("icu_locale", &self.icu_locale)),
            ("locale_provider", told("locale_provider", &self.locale_provider)),
        ];
        for (name, wanted) in fixed {
            if differs(name, wanted) && !(name == "encoding" && letters(&known(name)) == letters(wanted)) {
                let message = format!(
                    "the {name} of `{}` is {} and cannot be changed to {wanted}",
                    self.name,
                    known(name)
                );
                return Err(Failure::new(message));
            }
        }
        let name = identifier(&self.name);
        if differs("owner", &self.owner) {
            statements.push(format!("ALTER DATABASE {name} OWNER TO {}", identifier(&self.owner)));
        }
        if differs("conn_limit", &self.conn_limit) {
            statements.push(format!("ALTER DATABASE {name} CONNECTION LIMIT {}", self.conn_limit));
        }
        if differs("tablespace", &self.tablespace) {
            statements.push(format!("ALTER DATABASE {name} SET TABLESPACE {}", identifier(&self.tablespace)));
        }
        if let Some(text) = self.comment.as_ref().filter(|text| **text != known("comment")) {
            statements.push(comment("DATABASE", &name, text));
        }
        Ok(())
    }

    /// Dumps the database to a file, or reads one into it: each time anew.
    fn copied(&self, host: &dyn Probe, server: &Server) -> Result<Plan, Failure> {
        let target = text::from_path(&PathText(self.target.clone()).on(host)?);
        let dump = self.state == State::Dump;
        if !dump && !host.exists(&text::to_path(&target))? {
            return Err(host.missing(format!("`{target}` does not exist")));
        }
        let line = if dump { self.dump_line(server, &target)? } else { self.restore_line(server, &target)? };
        let effects = if dump {
            vec![Effect::File { path: text::to_path(&target), mode: 0o644, owner: host.me() }]
        } else {
            vec![Effect::Anything]
        };
        let argv = ["/bin/bash", "-o", "pipefail", "-c", &line].map(str::to_owned).to_vec();
        let run =
            Run { argv, environment: server.environment.clone(), effects, counts: true, ..Run::default() };
        let plan = Plan::one(Change::Run(run.titled(line.clone())));
        Ok(self.say(plan.with("executed_commands", vec![line])))
    }

    fn line(&self, program: &str, server: &Server, more: &[&str]) -> Result<String, Failure> {
        let extra = if program == "pg_dump" { self.dump_extra_args.as_deref() } else { None };
        let given =
            words::split(extra.unwrap_or_default())?.into_iter().chain(words::split(&self.target_opts)?);
        let mut argv: Vec<String> = vec![program.to_owned()];
        argv.extend(server.options.iter().cloned());
        argv.extend(more.iter().map(|word| (*word).to_owned()));
        argv.extend(given);
        Ok(words::join(&argv))
    }

    fn dump_line(&self, server: &Server, target: &str) -> Result<String, Failure> {
        let file = words::quote(target);
        let format = match target.rsplit('.').next() {
            Some("tar") => Some("-Ft"),
            Some("pgc") => Some("-Fc"),
            Some("dir") => Some("-Fd"),
            _ => None,
        };
        let mut more: Vec<&str> = format.into_iter().collect();
        if let Some("-Fd" | "-Fc" | "-Ft") = format {
            more.extend(["-f", target]);
            more.push(&self.name);
            return self.line("pg_dump", server, &more);
        }
        let line = self.line("pg_dump", server, &[&self.name])?;
        Ok(match packer(target) {
            Some(packer) => format!("{line} | {packer} > {file}"),
            None => format!("{line} > {file}"),
        })
    }

    fn restore_line(&self, server: &Server, target: &str) -> Result<String, Failure> {
        let file = words::quote(target);
        if matches!(target.rsplit('.').next(), Some("tar" | "pgc" | "dir")) {
            return self.line("pg_restore", server, &["-d", &self.name, target]);
        }
        let line = self.line("psql", server, &["-X", "-v", "ON_ERROR_STOP=1", "-d", &self.name])?;
        Ok(match packer(target) {
            Some(packer) => format!("{packer} -dc {file} | {line}"),
            None => format!("{line} < {file}"),
        })
    }
}

/// The program that packs files of this ending.
fn packer(target: &str) -> Option<&'static str> {
    match target.rsplit('.').next() {
        Some("gz") => Some("gzip"),
        Some("bz2") => Some("bzip2"),
        Some("xz") => Some("xz"),
        _ => None,
    }
}
