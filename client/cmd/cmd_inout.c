#include "client/cmd/cmd_inout.h"

#include "client/cmd/cmd_diff.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)

const struct cmd_desc cmd_inout_rows[] = {
	{ "edit", N_("ITEM [FILE]"),
	    N_("write all of an item in your own editor"),
	    N_("Opens a form with the points and texts of the item in $VISUAL "
	       "or $EDITOR, else in nano or vi. What does not fit is marked "
	       "where it stands, and the editor opens again. What was typed is "
	       "never lost: when it could not be saved, its file stays and is "
	       "named; FILE goes on with such a one."),
	    "pmqa edit 1.1\nEDITOR='code --wait' pmqa edit 1.1 --reason "
	    "'เพิ่มหลักฐาน'",
	    B(YEAR) | B(REASON), 1, 2, cmd_edit_run },
	{ "export", "answers|indicators|actions",
	    N_("write a table as CSV, JSON or a spreadsheet to fill in"),
	    N_("CSV opens in Excel with its Thai. Without --output the table "
	       "goes to standard output; the end of a file's name says its "
	       "form. Exported and imported again nothing changes."),
	    "pmqa export answers --output answers.xlsx\n"
	    "pmqa export actions --format json",
	    B(OFFICE) | B(YEAR) | B(FORMAT) | B(OUTPUT), 1, 1, cmd_export_run },
	{ "import", N_("answers|indicators|actions FILE"),
	    N_("take a table in: shown first, then one revision"),
	    N_("Without --apply it only shows what would change, and every "
	       "fault with its row and column. With --apply it is one "
	       "revision, which 'pmqa revert' undoes. Cells left empty are "
	       "emptied; rows and columns that the file does not have stay as "
	       "they are; rows without a name are new. FILE - is standard "
	       "input."),
	    "pmqa import answers answers.xlsx\n"
	    "pmqa import actions plan.csv --apply --reason 'แผนจากที่ประชุม'",
	    B(YEAR) | B(FORMAT) | B(APPLY) | B(REASON), 2, 2, cmd_import_run },
	{ "revert", N_("REVISION..."),
	    N_("undo revisions by a new one, an import for instance"),
	    N_("Every field that they changed gets its old value back; several "
	       "are undone together, the newest first, as one revision. When a "
	       "field was changed again since, nothing is undone and you are "
	       "told which: --skip-changed leaves such fields as they are and "
	       "undoes the rest, --dry-run shows all of it beforehand."),
	    "pmqa revert a17 --reason 'นำเข้าผิดไฟล์'\n"
	    "pmqa revert a17 a18 a21 --dry-run",
	    B(REASON) | B(DRY_RUN) | B(SKIP_CHANGED), 1, 100,
	    cmd_restore_revert },
};
const size_t cmd_inout_n_rows =
    sizeof(cmd_inout_rows) / sizeof(*cmd_inout_rows);
