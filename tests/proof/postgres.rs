//! The data of Postgres: backed up, imported, brought to other major releases, and never lost on the way.

use crate::lab::{Host, Lab};
use crate::project::Project;
use crate::story::Story;

/// One database, with something in it that could be lost.
fn settings(release: u32) -> String {
    let off = ["mailer", "coturn", "synapse", "client_element", "nginx_proxy"];
    let off: String = off.iter().map(|name| format!("matrix_{name}_enabled: false\n")).collect();
    format!(
        "{off}matrix_postgres_version: \"{release}\"\n\
         matrix_postgres_databases: [{{name: things, user: keeper, password: a-password-of-some-length}}]\n"
    )
}

#[test]
fn data_is_never_lost() {
    let lab = Lab::new();
    let host = lab.up("data", &["--preload"]);
    let project = Project::matrix_with(&[(&host, settings(15))]);
    let mut story = Story::default();
    story.chapter("a database is made, and filled", || {
        project.run(&[]).fine();
        sql(&host, "things", FILL);
    });
    story.chapter("another release does not touch the data", || {
        project.describe(&[(&host, settings(17))]);
        let said = project.run(&[]).ends_with(2).said();
        assert!(
            said.contains("is that of PostgreSQL 15") && said.contains("--tags upgrade-postgres"),
            "{said}"
        );
        assert_eq!(release(&host), "15");
    });
    story.chapter("a change of releases that fails leaves all as it was", || {
        let run =
            project.run(&["--tags", "upgrade-postgres", "-e", "matrix_postgres_initdb_arguments=--nonsense"]);
        let said = run.ends_with(2).said();
        assert!(said.contains("everything runs as before") && said.contains("nonsense"), "{said}");
        assert_eq!((release(&host), things(&host)), ("15".to_owned(), THINGS.to_owned()));
    });
    story.chapter("one that is cut off is begun again", || {
        host.sh("mkdir -p /matrix/postgres/data.upgrade/data; touch /matrix/postgres/data.upgrade/data/half");
        project.run(&["--tags", "upgrade-postgres"]).fine();
        assert_eq!((release(&host), things(&host)), ("17".to_owned(), THINGS.to_owned()));
        assert!(host.holds("test -f /matrix/postgres/data-of-15-*/PG_VERSION"), "the old data is gone");
    });
    story.chapter("one that lacks only its last step is ended", || {
        host.sh("systemctl stop matrix-postgres; mv /matrix/postgres/data /matrix/postgres/data.upgraded");
        project.run(&[]).fine();
        assert_eq!((release(&host), things(&host)), ("17".to_owned(), THINGS.to_owned()));
    });
    story.chapter("the next release has it all, too", || {
        project.describe(&[(&host, settings(18))]);
        project.run(&["--tags", "upgrade-postgres"]).fine();
        assert_eq!((release(&host), things(&host)), ("18".to_owned(), THINGS.to_owned()));
    });
    story.chapter("a backup is imported where the data is gone", || {
        project.run(&["--tags", "backup-postgres"]).fine();
        host.sh("cp /matrix/postgres/backups/*.sql.gz /root/all.sql.gz");
        sql(&host, "postgres", "DROP DATABASE things");
        project
            .run(&["--tags", "import-postgres", "-e", "server_path_postgres_dump=/root/all.sql.gz"])
            .fine();
        assert_eq!(things(&host), THINGS);
    });
    story.chapter("data that is there is not written over", || {
        let import = ["--tags", "import-postgres", "-e", "server_path_postgres_dump=/root/all.sql.gz"];
        let said = project.run(&import).ends_with(2).said();
        assert!(said.contains("has tables already"), "{said}");
        assert_eq!(things(&host), THINGS);
    });
    story.chapter("a dump of one database belongs to its user", || {
        host.sh("docker exec matrix-postgres pg_dump -U postgres things >/root/one.sql");
        sql(&host, "things", "DROP TABLE thing");
        project.run(&["--tags", "import-postgres", "-e", "server_path_postgres_dump=/root/one.sql"]).fine();
        assert_eq!(things(&host), THINGS);
        let owner = sql(&host, "things", "SELECT tableowner FROM pg_tables WHERE tablename = 'thing'");
        assert_eq!(owner, "keeper");
    });
    story.chapter("an import that fails leaves nothing behind", || {
        sql(&host, "things", "DROP TABLE thing");
        host.sh("(cat /root/one.sql; echo nonsense;) >/root/bad.sql");
        project
            .run(&["--tags", "import-postgres", "-e", "server_path_postgres_dump=/root/bad.sql"])
            .ends_with(2);
        assert_eq!(sql(&host, "things", "SELECT count(*) FROM pg_tables WHERE tablename = 'thing'"), "0");
    });
    story.end();
}

const FILL: &str = "CREATE TABLE thing (number int PRIMARY KEY, name text); ALTER TABLE thing OWNER TO keeper; \
    INSERT INTO thing SELECT n, chr(228) || n FROM generate_series(1, 5000) n";

/// What is in that table: how much, and a sum over all of it.
const THINGS: &str = "5000|12502500|23893";

fn things(host: &Host) -> String {
    sql(host, "things", "SELECT count(*), sum(number), sum(length(name)) FROM thing")
}

fn release(host: &Host) -> String {
    sql(host, "postgres", "SHOW server_version").split('.').next().unwrap().to_owned()
}

fn sql(host: &Host, database: &str, statement: &str) -> String {
    let command = format!("docker exec matrix-postgres psql -U postgres -d {database} -qAtc \"{statement}\"");
    host.sh(&command).trim().to_owned()
}
