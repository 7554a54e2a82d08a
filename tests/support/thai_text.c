#include "tests/support/thai_text.h"

#include <stdio.h>

#define FIGURES 400
#define BEGIN 3 /* sentences of a first text */

/* Each takes one figure. */
static const char *const sentences[] = {
	"ผู้บริหารสื่อสารวิสัยทัศน์ พันธกิจ และค่านิยมต่อบุคลากรทุกระดับ รวม %d ครั้งต่อปี",
	"มีการประชุมหัวหน้าส่วนราชการประจำเดือน ครั้งที่ %d เพื่อติดตามผลการดำเนินงาน",
	"หน่วยงานจัดช่องทางรับข้อร้องเรียน %d ช่องทาง และตอบกลับภายใน ๑๕ วันทำการ",
	"ผลสำรวจความพึงพอใจของผู้รับบริการอยู่ที่ร้อยละ %d",
	"ทบทวนแผนปฏิบัติราชการทุกไตรมาส และปรับตัวชี้วัดจำนวน %d ตัว",
	"จัดทำคู่มือการปฏิบัติงาน %d กระบวนงาน เผยแพร่บนเว็บไซต์ของหน่วยงาน",
	"บุคลากรได้รับการพัฒนาตามแผนรายบุคคล จำนวน %d คน",
	"ใช้ระบบสารสนเทศ (dashboard) ติดตามงบประมาณ เบิกจ่ายแล้วร้อยละ %d",
	"วิเคราะห์ผู้รับบริการและผู้มีส่วนได้ส่วนเสียแยกเป็น %d กลุ่ม ตามพันธกิจ",
	"นำผลการประเมินปีก่อนมาปรับปรุงกระบวนการ ลดขั้นตอนได้ %d ขั้นตอน",
	"ประสานองค์กรปกครองส่วนท้องถิ่น %d แห่ง ผ่านเครือข่ายความร่วมมือระดับอำเภอ",
	"มีแผนบริหารความต่อเนื่อง และซ้อมแผนรับมืออุทกภัย %d ครั้ง",
	"แลกเปลี่ยนเรียนรู้ผ่านเวที KM อำเภอ จำนวน %d เรื่อง",
	"เปิดเผยข้อมูลตามเกณฑ์ ITA ครบถ้วน ได้คะแนน %d คะแนน",
	"ลดระยะเวลาให้บริการ ณ จุดเดียว (one stop service) เหลือ %d นาที",
	"ตรวจติดตามความเสี่ยงตามแผนควบคุมภายใน %d ประเด็น และรายงานต่อผู้บริหาร",
	"ออกหน่วยบริการเคลื่อนที่ที่เกาะหลีเป๊ะและพื้นที่ห่างไกล %d ครั้ง",
	"ยังขาดการวิเคราะห์แนวโน้มย้อนหลังสามปี ต้องเพิ่มข้อมูลอีก %d รายการ",
	"ประกาศเจตนารมณ์ธรรมาภิบาลและ No Gift Policy มีผู้ลงนาม %d คน",
	"นวัตกรรมการจองคิวออนไลน์ลดการรอคอยเฉลี่ย %d นาทีต่อราย",
	"ค่าน้ำค่าไฟและเชื้อเพลิงลดลงร้อยละ %d เทียบกับปีฐาน",
	"ผู้นำชุมชนมีส่วนร่วมเสนอโครงการ %d โครงการในแผนพัฒนาอำเภอ",
	"ศูนย์ดำรงธรรมยุติเรื่องร้องเรียนได้ %d เรื่องภายในกำหนด",
	"มอบรางวัลบุคลากรดีเด่นและเผยแพร่แนวปฏิบัติที่ดี %d เรื่อง",
};
#define N_SENTENCES (sizeof(sentences) / sizeof(sentences[0]))

unsigned
dice_roll(struct dice *d, unsigned n)
{
	d->state = d->state * UINT64_C(6364136223846793005) +
		   UINT64_C(1442695040888963407);
	return (unsigned)(d->state >> 33) % n;
}

static uint16_t
any_sentence(struct dice *d)
{
	return (uint16_t)dice_roll(d, (unsigned)N_SENTENCES * FIGURES);
}

void
thai_text_edit(struct thai_text *t, struct dice *d)
{
	unsigned how = dice_roll(d, 4), i;

	if (t->n == 0) {
		while (t->n < BEGIN)
			t->sentences[t->n++] = any_sentence(d);
		return;
	}
	i = dice_roll(d, t->n);
	if (how == 0 && t->n < THAI_TEXT_MAX)
		t->sentences[t->n++] = any_sentence(d);
	else if (how == 1 && t->n > 2)
		t->sentences[i] = t->sentences[--t->n];
	else
		t->sentences[i] = any_sentence(d);
}

void
thai_text_write(const struct thai_text *t, char *ret, size_t size)
{
	char one[400];
	size_t n = 0, i;

	ret[0] = '\0';
	for (i = 0; i < t->n; i++) {
		const char *s = sentences[t->sentences[i] % N_SENTENCES];
		const char *mark = strstr(s, "%d");
		int figure = 1 + t->sentences[i] / (int)N_SENTENCES;
		int len = snprintf(one, sizeof(one), "%s%.*s%d%s",
		    i > 0 ? " " : "", (int)(mark - s), s, figure, mark + 2);

		if (len < 0 || n + (size_t)len >= size)
			return;
		memcpy(ret + n, one, (size_t)len + 1);
		n += (size_t)len;
	}
}
