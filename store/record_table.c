#include "store/record.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Limits in bytes; a Thai character takes three. */
#define TEXT_MAX (32 * 1024)
#define LINE_MAX_LEN 300
#define SIGNATURE_MAX 4096
#define TICKS_MAX 99

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
	{ "status", FIELD_ENUM, MERGE_FIELD, 1, 0, 0, "open", "status",
	    "สถานะ" },
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
};

static const struct field registry_fields[] = {
	{ "office.code", FIELD_LINE, MERGE_FIXED, 1, 0, 4, NULL,
	    "code of the office", "รหัสหน่วยงาน" },
	{ "office.name", FIELD_LINE, MERGE_FIELD, 1, 0, LINE_MAX_LEN, NULL,
	    "name of the office", "ชื่อหน่วยงาน" },
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
};

#define FIELDS(a) a, ARRAY_LEN(a)

static const struct record_type types[] = {
	{ "office", "office.json", RECORD_OFFICE, FIELDS(office_fields),
	    "office", "หน่วยงาน" },
	{ "assessment", "<year>/assessment.json", RECORD_OFFICE,
	    FIELDS(assessment_fields), "assessment", "การประเมิน" },
	{ "answer", "<year>/items/<item>.json", RECORD_OFFICE,
	    FIELDS(answer_fields), "answer", "ผลประเมินรายข้อ" },
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
