/* What netwatch/compiled/__init__.py expects of every part; one with another number is not used. */
#define CONTRACT 5
