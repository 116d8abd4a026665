//! `mysql_db`

use super::{Login, statements};
use crate::host::mysql::{Server, identifier, literal, value};
use crate::host::{Change, Effect, Failure, Plan, Probe, Run, facts, text, words};
use crate::modules::argument::PathText;
use crate::modules::{ArgumentError, Module};

choices! {
    /// What becomes of the databases.
    State { Present = "present", Absent = "absent", Dump = "dump", Import = "import" }
}

module! {
    /// Manages databases of a MySQL or MariaDB server.
    ///
    /// ```yaml
    /// - mysql_db: { name: app, encoding: utf8mb4, collation: utf8mb4_general_ci }
    /// - mysql_db: { name: all, state: dump, target: /var/backups/all.sql.gz, single_transaction: true }
    /// ```
    MysqlDb "mysql_db" {
        /// The databases; `all` for all, when they are dumped or imported.
        name ["db"]: Vec<String>;
        /// What becomes of them.
        state: State = "present";
        /// Their order of texts.
        collation: String = "";
        /// Their letters.
        encoding: String = "";
        /// The file to dump to or to import from.
        target: Option<PathText>;
        /// Dumps in one transaction.
        single_transaction: bool = false;
        /// Dumps row by row.
        quick: bool = true;
        /// Tables that are not dumped, as `database.table`.
        ignore_tables: Vec<String>;
        /// Dumps bytes as hexadecimal digits.
        hex_blob: bool = false;
        /// Goes on after errors.
        force: bool = false;
        /// Writes down the place in the log of the server: 1 as a statement, 2 as a comment.
        master_data: i64 = 0;
        /// Locks no tables.
        skip_lock_tables: bool = false;
        /// More words for the program that dumps.
        dump_extra_args: Option<String>;
        /// Means nothing here: names are quoted.
        use_shell: bool = false;
        /// Means nothing here: passwords are given safely.
        unsafe_login_password: bool = false;
        /// Reads no other files of settings for the client.
        restrict_config_file: bool = false;
        /// Tries `root` without a password first.
        check_implicit_admin: bool = false;
        /// Lets the file of settings say more than arguments.
        config_overrides_defaults: bool = false;
        /// The directory to do it in.
        chdir: Option<PathText>;
        /// Fails when a program fails that another one reads from.
        pipefail: bool = false;
        /// Writes it to the log for other servers.
        sql_log_bin: bool = true;
    } with { login: Login }
}

impl Module for MysqlDb {
    fn plan(&self, host: &dyn Probe) -> Result<Plan, Failure> {
        let server = self.server(host)?;
        let said = |plan: Plan| {
            let commands: Vec<String> = plan.changes.iter().filter_map(Change::command).collect();
            plan.with("db", self.name.join(" "))
                .with("db_list", self.name.clone())
                .with("executed_commands", commands)
        };
        if matches!(self.state, State::Dump | State::Import) {
            return self.copied(host, &server).map(said);
        }
        let mut all = Vec::new();
        let mut effects = Vec::new();
        for name in &self.name {
            let asked = asked(name);
            let found = server.rows(host, None, &asked)?;
            let sql = match (self.state, found.first()) {
                (State::Absent, Some(_)) => Some(format!("DROP DATABASE {}", identifier(name))),
                (State::Absent, None) => None,
                (_, Some(row)) => self.alteration(name, row),
                (_, None) => Some(format!("CREATE DATABASE {}{}", identifier(name), self.letters())),
            };
            let Some(sql) = sql else { continue };
            let row = ["name", "encoding", "collation"].map(str::to_owned).into_iter();
            let row = row.zip([name.clone(), self.encoding.clone(), self.collation.clone()]).collect();
            effects.push(server.becomes(
                None,
                &asked,
                &if self.state == State::Absent { Vec::new() } else { vec![row] },
            ));
            let log = if self.sql_log_bin { "" } else { "SET SQL_LOG_BIN=0; " };
            all.push((format!("{log}{sql}"), sql));
        }
        effects.extend((!all.is_empty()).then_some(Effect::Anything));
        Ok(said(statements(&server, all, effects)))
    }

    fn check(&self) -> Vec<ArgumentError> {
        let mut wrong = Vec::new();
        let all = self.name.iter().any(|name| name == "all");
        let copies = matches!(self.state, State::Dump | State::Import);
        if copies && self.target.is_none() {
            wrong.push(ArgumentError::new("", "argument `target` is missing"));
        }
        if all && (!copies || self.name.len() > 1) {
            wrong.push(ArgumentError::new("name", "`all` stands alone, with `state: dump` or `import`"));
        }
        if !(0..=2).contains(&self.master_data) {
            wrong.push(ArgumentError::new("master_data", "`master_data` must be 0, 1 or 2"));
        }
        wrong.extend(
            self.name.iter().filter_map(|name| ArgumentError::option("name", "name of a database", name)),
        );
        if self.name.is_empty() {
            wrong.push(ArgumentError::new("", "argument `name` is missing"));
        }
        wrong
    }
}

fn asked(name: &str) -> String {
    format!(
        "SELECT SCHEMA_NAME AS name, DEFAULT_CHARACTER_SET_NAME AS encoding, DEFAULT_COLLATION_NAME AS collation \
         FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = {}",
        literal(name)
    )
}

impl MysqlDb {
    fn server(&self, host: &dyn Probe) -> Result<Server, Failure> {
        let mut server = if self.check_implicit_admin {
            self.login.implicit_admin(host)?
        } else {
            self.login.server(host)?
        };
        if self.config_overrides_defaults {
            self.login.leave_to_file(host, &mut server)?;
        }
        if self.restrict_config_file {
            server.options.iter_mut().for_each(|option| {
                *option = option.replace("--defaults-extra-file=", "--defaults-file=");
            });
        }
        Ok(server)
    }

    fn letters(&self) -> String {
        let mut words = String::new();
        if !self.encoding.is_empty() {
            words.push_str(&format!(" CHARACTER SET {}", literal(&self.encoding)));
        }
        if !self.collation.is_empty() {
            words.push_str(&format!(" COLLATE {}", literal(&self.collation)));
        }
        words
    }

    fn alteration(&self, name: &str, row: &[(String, String)]) -> Option<String> {
        let differs = |wanted: &str, column: &str| !wanted.is_empty() && value(row, column) != wanted;
        let changes = differs(&self.encoding, "encoding") || differs(&self.collation, "collation");
        changes.then(|| format!("ALTER DATABASE {}{}", identifier(name), self.letters()))
    }

    /// Dumps databases to a file, or reads one: each time anew.
    fn copied(&self, host: &dyn Probe, server: &Server) -> Result<Plan, Failure> {
        let Some(target) = &self.target else { return Ok(Plan::nothing()) };
        let path = target.on(host)?;
        let file = words::quote(&text::from_path(&path));
        let packer = match path.extension().and_then(|end| end.to_str()) {
            Some("gz") => Some("gzip"),
            Some("bz2") => Some("bzip2"),
            Some("xz") => Some("xz"),
            Some("zst") => Some("zstd"),
            _ => None,
        };
        let dump = self.state == State::Dump;
        if !dump && !host.exists(&path)? {
            return Err(host.missing(format!("`{}` does not exist", path.display())));
        }
        if dump {
            self.need_all(host, server)?;
        }
        let line = match (dump, packer) {
            (true, Some(packer)) => format!("{} | {packer} > {file}", self.dump_line(host, server)?),
            (true, None) => format!("{} > {file}", self.dump_line(host, server)?),
            (false, Some(packer)) => format!("{packer} -dc {file} | {}", self.import_line(server)),
            (false, None) => format!("{} < {file}", self.import_line(server)),
        };
        let argv = ["/bin/bash", "-o", "pipefail", "-c", &line].map(str::to_owned).to_vec();
        let effects = if dump {
            vec![Effect::File { path, mode: 0o644, owner: host.me() }]
        } else {
            vec![Effect::Anything]
        };
        let directory = self.chdir.as_ref().map(|path| path.on(host)).transpose()?;
        let run = Run {
            argv,
            environment: server.environment.clone(),
            directory,
            effects,
            counts: true,
            ..Run::default()
        };
        let mut plan = if dump { Plan::nothing() } else { self.made_to_import(host, server)? };
        plan.push(Change::Run(run.titled(line)));
        Ok(plan)
    }

    /// Fails where one of the databases that are dumped is not there.
    fn need_all(&self, host: &dyn Probe, server: &Server) -> Result<(), Failure> {
        for name in self.name.iter().filter(|name| *name != "all") {
            if server.rows(host, None, &asked(name))?.is_empty() {
                return Err(host.missing(format!("Cannot dump database(s) '{name}' - not found")));
            }
        }
        Ok(())
    }

    /// What is read into a database that is not there makes it first.
    fn made_to_import(&self, host: &dyn Probe, server: &Server) -> Result<Plan, Failure> {
        let [name] = self.name.as_slice() else { return Ok(Plan::nothing()) };
        if name == "all" || !server.rows(host, None, &asked(name))?.is_empty() {
            return Ok(Plan::nothing());
        }
        let sql = format!("CREATE DATABASE {}{}", identifier(name), self.letters());
        Ok(statements(server, vec![(sql.clone(), sql)], vec![Effect::Anything]))
    }

    fn dump_line(&self, host: &dyn Probe, server: &Server) -> Result<String, Failure> {
        let program = if facts::program(host, "mysqldump")?.is_some() { "mysqldump" } else { "mariadb-dump" };
        let mut argv: Vec<String> = vec![program.to_owned()];
        argv.extend(server.options.iter().filter(|option| !option.starts_with("--connect-timeout")).cloned());
        let flags = [
            ("--force", self.force),
            ("--quick", self.quick),
            ("--single-transaction=true", self.single_transaction),
            ("--skip-lock-tables", self.skip_lock_tables),
            ("--hex-blob", self.hex_blob),
        ];
        argv.extend(flags.iter().filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()));
        argv.extend(self.ignore_tables.iter().map(|table| format!("--ignore-table={table}")));
        argv.extend((self.master_data > 0).then(|| format!("--master-data={}", self.master_data)));
        argv.extend(words::split(self.dump_extra_args.as_deref().unwrap_or_default())?);
        if self.name.iter().any(|name| name == "all") {
            argv.push("--all-databases".to_owned());
        } else if let [name] = self.name.as_slice() {
            argv.push(name.clone());
        } else {
            argv.push("--databases".to_owned());
            argv.extend(self.name.iter().cloned());
        }
        Ok(words::join(&argv))
    }

    fn import_line(&self, server: &Server) -> String {
        let mut argv = vec![server.client.clone()];
        argv.extend(server.options.iter().cloned());
        argv.extend(self.force.then(|| "--force".to_owned()));
        if let ([name], false) = (self.name.as_slice(), self.name.iter().any(|name| name == "all")) {
            argv.extend(["-D".to_owned(), name.clone()]);
        }
        words::join(&argv)
    }
}
