/* The branch that is written here, when others were faster. */
#include "store/admit/absorb_state.h"

int
absorb_forward(
    struct store *s, const unsigned char tip[20], int64_t *ret_n, struct err *e)
{
	struct absorb a;
	int rc;

	*ret_n = 0;
	if ((rc = absorb_init(&a, s, "", "office", e)) == 0) {
		a.move = "refs/heads/office";
		a.trust.branch_id = a.branch->id;
		/* the hall's receipts may have come before what they name */
		a.refill = 1;
		rc = absorb_take_in(&a, tip, 0, e);
	}
	*ret_n = a.n;
	absorb_release(&a);
	/* trees of the branch were read before */
	store_forget_branches(s);
	return rc;
}
