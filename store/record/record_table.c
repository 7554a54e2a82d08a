#include "store/record/record.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Limits in bytes; a Thai character takes three. */
#define TEXT_MAX (32 * 1024)
#define LINE_MAX_LEN 300
#define SIGNATURE_MAX 4096
#define TICKS_MAX 99
#define ITEMS_MAX 99
#define EVIDENCE_MAX_BYTES (1024L * 1024 * 1024)
#define SCORE_MAX_LEN 40 /* digits of a decimal */

/* Who did something and when, as it stands inside a record. */
#define ACTOR(prefix, required, merge)                                         \
	{ prefix "time", FIELD_TIME, merge, required, 0, 25, NULL, "time",     \
		"เวลา" },                                                      \
	    { prefix "login", FIELD_LINE, merge, required, 0, 72, NULL,        \
		    "login name", "ชื่อผู้ใช้" },                                   \
	{                                                                      \
		prefix "name", FIELD_LINE, merge, required, 0, LINE_MAX_LEN,   \
		    NULL, "person", "ชื่อบุคคล"              \
	}

/* A file that supports an item: the key is the SHA-256 of its bytes. */
#define EVIDENCE_LINK                                                                              \
	{ "evidence.*.class", FIELD_ENUM, MERGE_FIELD, 1, 0, 0,                                    \
		"public internal confidential", "confidentiality",                                 \
		"ชั้นความลับ" },                                                                      \
	{                                                                                          \
		"evidence.*.caption", FIELD_LINE, MERGE_FIELD, 0, 0,                               \
		    LINE_MAX_LEN, NULL, "caption", "คำบรรยายหลักฐาน" \
	}

/*
 * The one description of every record type. A field added here is validated,
 * diffed, merged, shown in histories and described to clients without another
 * line of code. "max" is in bytes for text, digits for hex, items for sets.
 */
static const struct field office_fields[] = {
	{ "code", FIELD_LINE, MERGE_FIXED, 1, 0, 4, NULL, "code",
	    "รหัสหน่วยงาน" },
	{ "name", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL, "name",
	    "ชื่อหน่วยงาน" },
};

static const struct field assessment_fields[] = {
	{ "cycle", FIELD_INT, MERGE_FIXED, 1, 2500, 2700, NULL, "fiscal year",
	    "ปีงบประมาณ" },
	{ "edition.id", FIELD_ID, MERGE_FIXED, 1, 0, 64, NULL,
	    "edition of the criteria", "ฉบับเกณฑ์" },
	{ "edition.blob", FIELD_HEX, MERGE_FIXED, 1, 0, 40, NULL,
	    "git blob of the edition's file", "รหัสวัตถุของไฟล์ฉบับเกณฑ์" },
	{ "status", FIELD_ENUM, MERGE_FIELD, 1, 0, 0, "open submitted",
	    "status", "สถานะ" },
	/* carried over from */
	{ "origin.year", FIELD_INT, MERGE_FIXED, 0, 2500, 2700, NULL,
	    "carried over from the year", "ยกมาจากปี" },
	{ "origin.revision", FIELD_ID, MERGE_FIXED, 0, 0, 23, NULL,
	    "carried over from the revision", "ยกมาจากฉบับแก้ไข" },
	/* the last sign-off; n counts them */
	{ "submission.n", FIELD_INT, MERGE_FIELD, 0, 1, 999, NULL,
	    "submission number", "ส่งครั้งที่" },
	{ "submission.revision", FIELD_ID, MERGE_FIELD, 0, 0, 23, NULL,
	    "revision signed off", "ฉบับที่ลงนามส่ง" },
	ACTOR("submission.", 0, MERGE_FIELD),
	{ "submission.note", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "note of the chief", "หมายเหตุของหัวหน้าหน่วยงาน" },
};

/* Keys are the edition's question ids. */
static const struct field profile_fields[] = {
	{ "answers.*", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL, "answer",
	    "คำตอบ" },
	EVIDENCE_LINK,
};

static const struct field answer_fields[] = {
	{ "ticks", FIELD_POINTS, MERGE_SET, 0, 0, TICKS_MAX, NULL,
	    "points reached", "จุดประเมินที่ทำได้" },
	{ "explanation.basic", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "explanation, level Basic", "คำอธิบายผล ระดับพื้นฐาน" },
	{ "explanation.advance", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "explanation, level Advance", "คำอธิบายผล ระดับก้าวหน้า" },
	{ "explanation.significance", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX,
	    NULL, "explanation, level Significance",
	    "คำอธิบายผล ระดับพัฒนาจนเกิดผล" },
	{ "strengths", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "strengths", "จุดแข็ง" },
	{ "gap", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "gap (opportunity for improvement)", "โอกาสในการปรับปรุง" },
	{ "good_practice.flag", FIELD_BOOL, MERGE_FIELD, 0, 0, 0, NULL,
	    "a good practice", "เป็นแนวปฏิบัติที่ดี" },
	{ "good_practice.text", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "good practice, description", "คำอธิบายแนวปฏิบัติที่ดี" },
	{ "owner", FIELD_LINE, MERGE_FIELD, 0, 0, LINE_MAX_LEN, NULL,
	    "person responsible", "ผู้รับผิดชอบ" },
	EVIDENCE_LINK,
	{ "evidence.*.points", FIELD_POINTS, MERGE_SET, 0, 0, TICKS_MAX, NULL,
	    "points that the evidence supports", "จุดประเมินที่หลักฐานสนับสนุน" },
	/* result items: keys are short names such as ia1 */
	{ "indicators.*.measure", FIELD_LINE, MERGE_FIELD, 1, 0, 15, NULL,
	    "measure", "ตัววัด" },
	{ "indicators.*.name", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN,
	    NULL, "name of the indicator", "ชื่อตัวชี้วัด" },
	{ "indicators.*.unit", FIELD_LINE, MERGE_FIELD, 0, 0, 60, NULL, "unit",
	    "หน่วยนับ" },
	{ "indicators.*.direction", FIELD_ENUM, MERGE_FIELD, 1, 0, 0,
	    "larger smaller", "better is", "ค่าที่ดีกว่า" },
	{ "indicators.*.target", FIELD_DECIMAL, MERGE_FIELD, 0, 0,
	    SCORE_MAX_LEN, NULL, "target", "ค่าเป้าหมาย" },
	{ "indicators.*.actual", FIELD_DECIMAL, MERGE_FIELD, 0, 0,
	    SCORE_MAX_LEN, NULL, "result of the year", "ผลปีนี้" },
	{ "indicators.*.previous", FIELD_DECIMAL, MERGE_FIELD, 0, 0,
	    SCORE_MAX_LEN, NULL, "result of the year before", "ผลปีก่อน" },
	{ "indicators.*.before", FIELD_DECIMAL, MERGE_FIELD, 0, 0,
	    SCORE_MAX_LEN, NULL, "result two years before", "ผลสองปีก่อน" },
	{ "indicators.*.not_applicable", FIELD_TEXT, MERGE_FIELD, 0, 0, 2000,
	    NULL, "does not apply, because", "ไม่เกี่ยวข้อง เพราะ" },
	{ "indicators.*.note", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "note", "หมายเหตุ" },
	/* measures that the office added itself, such as ma1 */
	{ "measures.*.title", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL,
	    "own measure", "ตัววัดของหน่วยงาน" },
};

static const struct field action_fields[] = {
	{ "what", FIELD_TEXT, MERGE_FIELD, 1, 0, TEXT_MAX, NULL,
	    "what is to be done", "สิ่งที่จะดำเนินการ" },
	{ "gap", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL, "gap it closes",
	    "ช่องว่างที่แก้ไข" },
	{ "items", FIELD_ITEMS, MERGE_SET, 0, 0, ITEMS_MAX, NULL, "items",
	    "ข้อที่เกี่ยวข้อง" },
	{ "who", FIELD_LINE, MERGE_FIELD, 0, 0, LINE_MAX_LEN, NULL,
	    "person responsible", "ผู้รับผิดชอบ" },
	{ "due", FIELD_DATE, MERGE_FIELD, 0, 0, 10, NULL, "due", "กำหนดเสร็จ" },
	{ "priority", FIELD_ENUM, MERGE_FIELD, 0, 0, 0, "quick system sustain",
	    "priority", "ลำดับความสำคัญ" },
	{ "budget", FIELD_LINE, MERGE_FIELD, 0, 0, LINE_MAX_LEN, NULL, "budget",
	    "งบประมาณ" },
	{ "status", FIELD_ENUM, MERGE_FIELD, 1, 0, 0, "open done dropped",
	    "status", "สถานะ" },
	{ "progress", FIELD_INT, MERGE_FIELD, 0, 0, 100, NULL,
	    "progress in per cent", "ความก้าวหน้า (ร้อยละ)" },
	{ "followup.m6", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "follow-up at 6 months", "ผลติดตาม 6 เดือน" },
	{ "followup.m12", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "follow-up at 12 months", "ผลติดตาม 12 เดือน" },
	{ "origin.year", FIELD_INT, MERGE_FIXED, 0, 2500, 2700, NULL,
	    "carried over from the year", "ยกมาจากปี" },
};

/* Keys are short names such as ca1; a comment is never changed. */
static const struct field comments_fields[] = {
	ACTOR("comments.*.", 1, MERGE_FIXED),
	{ "comments.*.text", FIELD_TEXT, MERGE_FIXED, 1, 0, TEXT_MAX, NULL,
	    "comment", "ความเห็น" },
};

/* The file's bytes are kept apart, so that they can be erased. */
static const struct field evidence_fields[] = {
	{ "name", FIELD_LINE, MERGE_FIXED, 1, 0, LINE_MAX_LEN, NULL,
	    "file name", "ชื่อไฟล์" },
	{ "type", FIELD_LINE, MERGE_FIXED, 1, 0, 100, NULL, "media type",
	    "ชนิดไฟล์" },
	{ "size", FIELD_INT, MERGE_FIXED, 1, 1, EVIDENCE_MAX_BYTES, NULL,
	    "size in bytes", "ขนาด (ไบต์)" },
	{ "parts", FIELD_INT, MERGE_FIXED, 1, 1, 4096, NULL, "parts",
	    "จำนวนส่วน" },
	{ "redacted.reason", FIELD_TEXT, MERGE_FIELD, 0, 0, 4000, NULL,
	    "erased, because", "ลบข้อมูลออก เพราะ" },
	ACTOR("redacted.", 0, MERGE_FIELD),
};

/* The hall's own view of an item. Keys of assessors are made from logins. */
static const struct field review_fields[] = {
	ACTOR("assessors.*.", 1, MERGE_FIELD),
	{ "assessors.*.of", FIELD_INT, MERGE_FIELD, 1, 1, 999, NULL,
	    "of submission", "ของการส่งครั้งที่" },
	{ "assessors.*.ticks", FIELD_POINTS, MERGE_FIELD, 0, 0, TICKS_MAX, NULL,
	    "points that the assessor sees reached",
	    "จุดประเมินที่ผู้ตรวจเห็นว่าทำได้" },
	{ "assessors.*.score", FIELD_DECIMAL, MERGE_FIELD, 0, 0, SCORE_MAX_LEN,
	    NULL, "score by the assessor", "คะแนนของผู้ตรวจ" },
	{ "assessors.*.comment", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "suggestion", "ข้อเสนอแนะ" },
	ACTOR("consensus.", 0, MERGE_FIELD),
	{ "consensus.of", FIELD_INT, MERGE_FIELD, 0, 1, 999, NULL,
	    "of submission", "ของการส่งครั้งที่" },
	{ "consensus.ticks", FIELD_POINTS, MERGE_FIELD, 0, 0, TICKS_MAX, NULL,
	    "points reached by consensus", "จุดประเมินตามมติ" },
	{ "consensus.score", FIELD_DECIMAL, MERGE_FIELD, 0, 0, SCORE_MAX_LEN,
	    NULL, "score by consensus", "คะแนนตามมติ" },
	{ "consensus.comment", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "suggestion by consensus", "ข้อเสนอแนะตามมติ" },
	ACTOR("comments.*.", 1, MERGE_FIXED),
	{ "comments.*.text", FIELD_TEXT, MERGE_FIXED, 1, 0, TEXT_MAX, NULL,
	    "comment", "ความเห็น" },
};

static const struct field decision_fields[] = {
	{ "of", FIELD_INT, MERGE_FIELD, 1, 1, 999, NULL, "of submission",
	    "ของการส่งครั้งที่" },
	{ "revision", FIELD_ID, MERGE_FIELD, 1, 0, 23, NULL,
	    "revision decided on", "ฉบับที่พิจารณา" },
	{ "verdict", FIELD_ENUM, MERGE_FIELD, 1, 0, 0, "returned accepted",
	    "decision", "ผลการพิจารณา" },
	ACTOR("", 1, MERGE_FIELD),
	{ "text", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL,
	    "what is to be corrected", "สิ่งที่ต้องแก้ไข" },
	{ "items", FIELD_ITEMS, MERGE_FIELD, 0, 0, ITEMS_MAX, NULL,
	    "items to correct", "ข้อที่ต้องแก้ไข" },
};

static const struct field cycle_fields[] = {
	{ "cycle", FIELD_INT, MERGE_FIXED, 1, 2500, 2700, NULL, "fiscal year",
	    "ปีงบประมาณ" },
	{ "edition", FIELD_ID, MERGE_FIELD, 0, 0, 64, NULL,
	    "edition of the criteria", "ฉบับเกณฑ์" },
	{ "note", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL, "note",
	    "หมายเหตุ" },
	{ "due.submit", FIELD_DATE, MERGE_FIELD, 0, 0, 10, NULL,
	    "due: submission", "กำหนดส่ง" },
	{ "due.review", FIELD_DATE, MERGE_FIELD, 0, 0, 10, NULL,
	    "due: review by the hall", "กำหนดตรวจทาน" },
	{ "due.correct", FIELD_DATE, MERGE_FIELD, 0, 0, 10, NULL,
	    "due: corrections", "กำหนดส่งฉบับแก้ไข" },
	{ "due.final", FIELD_DATE, MERGE_FIELD, 0, 0, 10, NULL,
	    "due: final decision", "กำหนดสรุปผล" },
	{ "due.followup6", FIELD_DATE, MERGE_FIELD, 0, 0, 10, NULL,
	    "due: follow-up at 6 months", "กำหนดติดตาม 6 เดือน" },
	{ "due.followup12", FIELD_DATE, MERGE_FIELD, 0, 0, 10, NULL,
	    "due: follow-up at 12 months", "กำหนดติดตาม 12 เดือน" },
	{ "target", FIELD_ENUM, MERGE_FIELD, 0, 0, 0,
	    "basic advance significance", "target level of all items",
	    "ระดับเป้าหมายทุกข้อ" },
	{ "targets.basic", FIELD_ITEMS, MERGE_FIELD, 0, 0, ITEMS_MAX, NULL,
	    "target level Basic for", "เป้าหมายระดับพื้นฐาน" },
	{ "targets.advance", FIELD_ITEMS, MERGE_FIELD, 0, 0, ITEMS_MAX, NULL,
	    "target level Advance for", "เป้าหมายระดับก้าวหน้า" },
	{ "targets.significance", FIELD_ITEMS, MERGE_FIELD, 0, 0, ITEMS_MAX,
	    NULL, "target level Significance for", "เป้าหมายระดับพัฒนาจนเกิดผล" },
};

static const struct field practice_fields[] = {
	{ "title", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL, "title",
	    "ชื่อเรื่อง" },
	{ "text", FIELD_TEXT, MERGE_FIELD, 1, 0, TEXT_MAX, NULL,
	    "good practice", "แนวปฏิบัติที่ดี" },
	{ "office.code", FIELD_LINE, MERGE_FIXED, 1, 0, 4, NULL,
	    "code of the office", "รหัสหน่วยงาน" },
	{ "office.name", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL,
	    "name of the office", "ชื่อหน่วยงาน" },
	{ "year", FIELD_INT, MERGE_FIXED, 1, 2500, 2700, NULL, "fiscal year",
	    "ปีงบประมาณ" },
	{ "item", FIELD_LINE, MERGE_FIXED, 1, 0, 7, NULL, "item", "ข้อ" },
	{ "edition", FIELD_ID, MERGE_FIXED, 0, 0, 64, NULL,
	    "edition of the criteria", "ฉบับเกณฑ์" },
	ACTOR("", 1, MERGE_FIELD),
};

static const struct field announcement_fields[] = {
	{ "title", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL, "title",
	    "ชื่อเรื่อง" },
	{ "text", FIELD_TEXT, MERGE_FIELD, 0, 0, TEXT_MAX, NULL, "announcement",
	    "ประกาศ" },
	{ "until", FIELD_DATE, MERGE_FIELD, 0, 0, 10, NULL, "matters until",
	    "มีผลถึงวันที่" },
	ACTOR("", 1, MERGE_FIELD),
};

/* Sentences for an edition's points and measures; they are shown, never
 * scored, and so are no part of what an assessment pins. */
static const struct field wording_fields[] = {
	{ "id", FIELD_ID, MERGE_FIXED, 1, 0, 64, NULL,
	    "edition of the criteria", "ฉบับเกณฑ์" },
	{ "texts", FIELD_OPAQUE, MERGE_FIELD, 1, 0, 0, NULL,
	    "wording of points and measures", "ข้อความของจุดประเมินและตัววัด" },
};

static const struct field registry_fields[] = {
	{ "office.code", FIELD_LINE, MERGE_FIXED, 1, 0, 4, NULL,
	    "code of the office", "รหัสหน่วยงาน" },
	{ "office.name", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL,
	    "name of the office", "ชื่อหน่วยงาน" },
	{ "office.state", FIELD_ENUM, MERGE_FIELD, 0, 0, 0, "active disabled",
	    "state of the office", "สถานะของหน่วยงาน" },
	{ "office.since", FIELD_TIME, MERGE_FIELD, 0, 0, 25, NULL,
	    "in this state since", "อยู่ในสถานะนี้ตั้งแต่" },
	{ "office.reason", FIELD_LINE, MERGE_FIELD, 0, 0, LINE_MAX_LEN, NULL,
	    "why", "เหตุผล" },
	{ "hall.code", FIELD_LINE, MERGE_FIXED, 1, 0, 2, NULL,
	    "code of the hall", "รหัสจังหวัด" },
	{ "hall.name", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL,
	    "name of the hall", "ชื่อจังหวัด" },
	{ "hall.key", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL,
	    "key of the hall", "กุญแจของจังหวัด" },
	{ "devices.*.key", FIELD_LINE, MERGE_FIXED, 1, 0, LINE_MAX_LEN, NULL,
	    "key of the device", "กุญแจของเครื่อง" },
	{ "devices.*.state", FIELD_ENUM, MERGE_FIELD, 1, 0, 0, "active revoked",
	    "state of the device", "สถานะของเครื่อง" },
	{ "devices.*.since", FIELD_TIME, MERGE_FIELD, 1, 0, 25, NULL,
	    "valid since", "ใช้ได้ตั้งแต่" },
	{ "devices.*.until", FIELD_TIME, MERGE_FIELD, 0, 0, 25, NULL,
	    "valid until", "ใช้ได้ถึง" },
	/* what the hall had of it when it was revoked: no clock decides */
	{ "devices.*.last", FIELD_INT, MERGE_FIELD, 0, 0, INT32_MAX, NULL,
	    "number of its last good revision", "เลขฉบับแก้ไขสุดท้ายที่ใช้ได้" },
	{ "devices.*.reason", FIELD_LINE, MERGE_FIELD, 0, 0, LINE_MAX_LEN, NULL,
	    "why it was revoked", "เหตุผลที่เพิกถอน" },
};

static const struct field receipts_fields[] = {
	{ "hall", FIELD_LINE, MERGE_FIELD, 1, 0, 2, NULL, "code of the hall",
	    "รหัสจังหวัด" },
	{ "office", FIELD_LINE, MERGE_FIELD, 1, 0, 4, NULL,
	    "code of the office", "รหัสหน่วยงาน" },
	{ "revision", FIELD_ID, MERGE_FIELD, 1, 0, 23, NULL,
	    "newest revision received", "ฉบับแก้ไขล่าสุดที่ได้รับ" },
	{ "tip", FIELD_HEX, MERGE_FIELD, 1, 0, 40, NULL, "its commit",
	    "รหัสคอมมิต" },
	{ "time", FIELD_TIME, MERGE_FIELD, 1, 0, 25, NULL, "received",
	    "เวลาที่ได้รับ" },
	{ "signature", FIELD_TEXT, MERGE_FIELD, 1, 0, SIGNATURE_MAX, NULL,
	    "signature of the hall", "ลายเซ็นของจังหวัด" },
};

static const struct field conflict_fields[] = {
	{ "record", FIELD_LINE, MERGE_FIXED, 1, 0, 96, NULL, "record",
	    "ระเบียน" },
	{ "field", FIELD_LINE, MERGE_FIXED, 1, 0, 240, NULL, "field",
	    "ช่องข้อมูล" },
	{ "why", FIELD_ENUM, MERGE_FIXED, 1, 0, 0, "both signed rules",
	    "why it could not be merged", "เหตุที่รวมกันไม่ได้" },
	{ "base.value", FIELD_OPAQUE, MERGE_FIXED, 0, 0, 0, NULL,
	    "value before both", "ค่าเดิมก่อนแยกกัน" },
	{ "hall.value", FIELD_OPAQUE, MERGE_FIXED, 0, 0, 0, NULL,
	    "value at the hall", "ค่าที่จังหวัดมี" },
	{ "hall.revision", FIELD_ID, MERGE_FIXED, 0, 0, 23, NULL,
	    "revision at the hall", "ฉบับแก้ไขที่จังหวัดมี" },
	ACTOR("hall.", 0, MERGE_FIXED),
	{ "mine.value", FIELD_OPAQUE, MERGE_FIXED, 0, 0, 0, NULL,
	    "value of the other device", "ค่าของอีกเครื่องหนึ่ง" },
	{ "mine.revision", FIELD_ID, MERGE_FIXED, 0, 0, 23, NULL,
	    "revision of the other device", "ฉบับแก้ไขของอีกเครื่องหนึ่ง" },
	ACTOR("mine.", 0, MERGE_FIXED),
};

/* The body's own rules are edition_check()'s. */
static const struct field edition_fields[] = {
	{ "id", FIELD_ID, MERGE_FIXED, 1, 0, 64, NULL, "name of the edition",
	    "ชื่อฉบับเกณฑ์" },
	{ "title_th", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL,
	    "title, Thai", "ชื่อเรื่อง ภาษาไทย" },
	{ "title_en", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL,
	    "title, English", "ชื่อเรื่อง ภาษาอังกฤษ" },
	{ "categories", FIELD_OPAQUE, MERGE_FIELD, 1, 0, 0, NULL, "categories",
	    "หมวด" },
	{ "items", FIELD_OPAQUE, MERGE_FIELD, 1, 0, 0, NULL,
	    "items with their points and measures", "ข้อ พร้อมจุดประเมินและตัววัด" },
	{ "levels", FIELD_OPAQUE, MERGE_FIELD, 1, 0, 0, NULL, "levels",
	    "ระดับ" },
	{ "policy", FIELD_OPAQUE, MERGE_FIELD, 1, 0, 0, NULL, "scoring policy",
	    "วิธีให้คะแนน" },
	{ "thresholds", FIELD_OPAQUE, MERGE_FIELD, 0, 0, 0, NULL, "thresholds",
	    "เกณฑ์คะแนน" },
	{ "sureness", FIELD_OPAQUE, MERGE_FIELD, 1, 0, 0, NULL,
	    "how sure each figure is", "ความแน่ใจของแต่ละตัวเลข" },
	{ "sources", FIELD_OPAQUE, MERGE_FIELD, 1, 0, 0, NULL, "sources",
	    "แหล่งที่มา" },
	{ "profile", FIELD_OPAQUE, MERGE_FIELD, 0, 0, 0, NULL,
	    "questions of the organizational profile",
	    "คำถามลักษณะสำคัญขององค์การ" },
};

#define FIELDS(a) a, ARRAY_LEN(a)

static const struct record_type types[] = {
	{ "office", "office.json", RECORD_OFFICE, FIELDS(office_fields),
	    "office", "หน่วยงาน" },
	{ "assessment", "<year>/assessment.json", RECORD_OFFICE,
	    FIELDS(assessment_fields), "assessment", "การประเมิน" },
	{ "answer", "<year>/items/<item>.json", RECORD_OFFICE,
	    FIELDS(answer_fields), "answer", "ผลประเมินรายข้อ" },
	{ "profile", "<year>/profile.json", RECORD_OFFICE,
	    FIELDS(profile_fields), "organizational profile",
	    "ลักษณะสำคัญขององค์การ" },
	{ "action", "<year>/actions/<id>.json", RECORD_OFFICE,
	    FIELDS(action_fields), "action of the plan", "แผนปรับปรุง" },
	{ "comments", "<year>/comments/<item>.json", RECORD_OFFICE,
	    FIELDS(comments_fields), "comments of the office",
	    "ความเห็นของหน่วยงาน" },
	{ "evidence", "evidence/<id>.json", RECORD_OFFICE,
	    FIELDS(evidence_fields), "evidence", "หลักฐาน" },
	{ "conflict", "conflicts/<id>.json", RECORD_OFFICE,
	    FIELDS(conflict_fields), "conflict", "ข้อขัดแย้ง" },
	{ "review", "reviews/<year>/<item>.json", RECORD_HALL,
	    FIELDS(review_fields), "review", "ผลตรวจทาน" },
	{ "decision", "decisions/<year>.json", RECORD_HALL,
	    FIELDS(decision_fields), "decision of the hall",
	    "ผลการพิจารณาของจังหวัด" },
	{ "cycle", "cycles/<year>.json", RECORD_HALL, FIELDS(cycle_fields),
	    "calendar of the cycle", "ปฏิทินรอบการประเมิน" },
	{ "practice", "practices/<id>.json", RECORD_HALL,
	    FIELDS(practice_fields), "good practice", "แนวปฏิบัติที่ดี" },
	{ "announcement", "announcements/<id>.json", RECORD_HALL,
	    FIELDS(announcement_fields), "announcement", "ประกาศ" },
	{ "wording", "wordings/<id>.json", RECORD_HALL, FIELDS(wording_fields),
	    "wording of an edition", "ข้อความของฉบับเกณฑ์" },
	{ "registry", "registry.json", RECORD_HALL, FIELDS(registry_fields),
	    "registry of devices", "ทะเบียนเครื่อง" },
	{ "receipts", "receipts.json", RECORD_HALL, FIELDS(receipts_fields),
	    "receipt", "ใบรับ" },
	{ "edition", "editions/<id>.json", RECORD_HALL, FIELDS(edition_fields),
	    "edition of the criteria", "ฉบับเกณฑ์" },
};

const struct record_type *
record_types(size_t *ret_n)
{
	*ret_n = ARRAY_LEN(types);
	return types;
}
