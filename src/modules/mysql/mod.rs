//! Modules for MySQL and MariaDB, and how they reach a server.

mod db;
mod expire;
mod privileges;
mod query;
mod tls;
mod user;
mod variables;

pub use db::MysqlDb;
pub use query::MysqlQuery;
pub use user::MysqlUser;
pub use variables::MysqlVariables;

use super::argument::PathText;
use crate::host::mysql::{self, Server};
use crate::host::{Change, Data, Effect, Failure, Plan, Probe, facts, text};

arguments! {
    /// How a MySQL or MariaDB server is reached.
    Login {
        /// The user of the server who does it.
        login_user: Option<String>;
        /// The password of that user.
        login_password: Option<String>;
        /// The server.
        login_host: String = "localhost";
        /// Its port.
        login_port: i64 = 3306;
        /// Its socket.
        login_unix_socket: Option<String>;
        /// Seconds to wait for the connection.
        connect_timeout: i64 = 30;
        /// A file of settings for the client.
        config_file: PathText = "~/.my.cnf";
        /// Certificates of those who are trusted.
        ca_cert ["ssl_ca"]: Option<PathText>;
        /// A certificate that says who asks.
        client_cert ["ssl_cert"]: Option<PathText>;
        /// The key of that.
        client_key ["ssl_key"]: Option<PathText>;
        /// Whether the name in the certificate of the server must be right.
        check_hostname: Option<bool>;
    }
}

impl Login {
    fn server(&self, host: &dyn Probe) -> Result<Server, Failure> {
        let client = match facts::program(host, "mysql")? {
            Some(_) => "mysql",
            None if facts::program(host, "mariadb")?.is_some() => "mariadb",
            None => return Err(host.missing("there is no `mysql` on this host".to_owned())),
        };
        let config = self.config_file.on(host)?;
        let mut options = Vec::new();
        if host.exists(&config)? {
            options.push(format!("--defaults-extra-file={}", text::from_path(&config)));
        }
        match &self.login_unix_socket {
            Some(socket) => options.push(format!("--socket={socket}")),
            None if self.login_host == "localhost" => {}
            None => options.extend([
                format!("--host={}", self.login_host),
                format!("--port={}", self.login_port),
                "--protocol=tcp".to_owned(),
            ]),
        }
        options.push(format!("--connect-timeout={}", self.connect_timeout));
        let files =
            [("--ssl-ca", &self.ca_cert), ("--ssl-cert", &self.client_cert), ("--ssl-key", &self.client_key)];
        for (option, path) in files {
            if let Some(path) = path {
                options.push(format!("{option}={}", text::from_path(&path.on(host)?)));
            }
        }
        options.extend(
            self.check_hostname.filter(|check| *check).map(|_| "--ssl-verify-server-cert".to_owned()),
        );
        options.extend(self.login_user.as_ref().map(|user| format!("--user={user}")));
        let password = self.login_password.iter().map(|password| ("MYSQL_PWD".to_owned(), password.clone()));
        Ok(Server { client: client.to_owned(), options, environment: password.collect() })
    }
}

impl Login {
    /// The server as `root` reaches it without a password, where that is let in; else as the task says.
    fn implicit_admin(&self, host: &dyn Probe) -> Result<Server, Failure> {
        let given = self.server(host)?;
        let mut root = Server { environment: Vec::new(), ..given.clone() };
        root.options.retain(|option| !option.starts_with("--user="));
        root.options.push("--user=root".to_owned());
        Ok(if root.answer(host, None, "SELECT 1")?.is_ok() { root } else { given })
    }

    /// Leaves the place of the server to the file of settings, as far as that names it.
    fn leave_to_file(&self, host: &dyn Probe, server: &mut Server) -> Result<(), Failure> {
        let file = self.config_file.on(host)?;
        if !host.exists(&file)? {
            return Ok(());
        }
        let settings = text::from_bytes(&host.read(&file)?);
        let own = settings.lines().map(str::trim).skip_while(|line| *line != "[client]").skip(1);
        let own: Vec<&str> = own.take_while(|line| !line.starts_with('[')).collect();
        let is_told = |name: &str| {
            own.iter().any(|line| line.split(['=', ':']).next().is_some_and(|key| key.trim() == name))
        };
        for name in ["host", "port"].into_iter().filter(|name| is_told(name)) {
            server.options.retain(|option| !option.starts_with(&format!("--{name}=")));
        }
        Ok(())
    }
}

/// A change for each statement, as it runs and as it is shown; the last one makes come true what is foreseen.
fn statements(server: &Server, all: Vec<(String, String)>, effects: Vec<Effect>) -> Plan {
    let last = all.len().saturating_sub(1);
    let change = |(index, (sql, shown)): (usize, (String, String))| {
        let nothing = crate::host::Subject::Output(Vec::new());
        let effects = if index == last { effects.clone() } else { vec![Effect::Unknown(nothing)] };
        Change::Run(server.execute(None, &sql, &shown, effects))
    };
    Plan::from(all.into_iter().enumerate().map(change).collect::<Vec<_>>())
}

/// A value as SQL writes it.
fn value_in_sql(value: &Data) -> String {
    match value {
        Data::Null => "NULL".to_owned(),
        Data::Bool(value) => i64::from(*value).to_string(),
        Data::Int(value) => value.to_string(),
        Data::Big(digits) => digits.clone(),
        Data::Float(value) => value.to_string(),
        Data::Text(text) => mysql::literal(text),
        Data::List(items) => format!("({})", items.iter().map(value_in_sql).collect::<Vec<_>>().join(", ")),
        value => mysql::literal(&crate::host::json::print(value)),
    }
}
