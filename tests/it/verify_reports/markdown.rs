//! `--format markdown`: tables, whatever the names are.

use super::{SELECTED, awkward};
use crate::support::Database;

#[test]
fn markdown_holds_whatever_the_names_are() {
    let database = Database::named("inventory_markdown");
    let sandbox = awkward(&database);
    insta::assert_snapshot!(sandbox.migrate(&[SELECTED, &["--format", "markdown"]].concat()), @r"
    $ migrate verify --check sequence.* --check rls.mismatch --check qa.* --check alone --format markdown
    ## Checks of `inventory_markdown at 127.0.0.1:[port] as postgres`: violated

    6 hold, 2 violated, 2 with warnings, 1 broken, 1 skipped, 1 accepted findings.

    ### Errors: 2

    | check | object | found | fix |
    |---|---|---|---|
    | `sequence.behind` | <code>public.&#34;a&#124;b&#96;c&#92;&#124;&#60;d&#62;&#95;id&#95;seq&#34;</code> | <code>maximum of public.&#34;a&#124;b&#96;c&#92;&#124;&#60;d&#62;&#34;.id is 7, next value is 1</code> | `migrate verify --fix-sequences` |
    | `qa.names` | `table public.knwon` | does not exist; did you mean table public.known? |  |

    ### Warnings: 2

    | check | object | found | fix |
    |---|---|---|---|
    | `sequence.ownership` | `public.kept_id_seq` | feeds public.kept.id alone, is named for it, and belongs to no column | `migrate verify --fix-defaults` |
    | `qa.rows` | <code>v = x &#124; y&#92;nz</code> | `@all: <b> is \| bold` |  |

    ### Could not be evaluated: 1

    | check | object | why | help |
    |---|---|---|---|
    | `qa.division` | `qa.division` | division by zero |  |

    note: skipped qa.later: V9 is not applied

    ### Accepted, and no longer found

    - `rls.mismatch:public.gone` at `migrate.toml:4:3`: `rls.mismatch` does not find this any more: remove it
    - `rsl.mismatch:public.known` at `migrate.toml:5:3`: no check has such findings: remove it
    --- stderr
    --- exit 1
    ");
    // Each row of each table has as many cells as its head, for GitHub, which splits before it looks for code.
    let fixed = sandbox.migrate(&[SELECTED, &["--format", "markdown", "--fix-sequences"]].concat()).expect(1).stdout;
    assert!(fixed.contains("### Repaired\n\n```\nfixed public."), "{fixed}");
    let planned =
        sandbox.migrate(&[SELECTED, &["--format", "markdown", "--fix-defaults", "--dry-run"]].concat()).stdout;
    assert!(planned.contains("### Would be run\n\n```sql\nALTER SEQUENCE \"public\".\"kept_id_seq\""), "{planned}");
}
