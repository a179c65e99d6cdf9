/* Answers SNMP v1/v2c for a whole fleet: every 127.1.0.0/16 address is a device, all with the same recording.
 *
 *     cc -O2 -o agent agent.c && ./agent PORT RECORDING REPLACEMENT
 *
 * Calm, as a network is most of the time: only sysUpTime, octets and unicast packets move. Faults come as lines on
 * stdin, `FIRST LAST WORD` with the numbers of devices: silent, slow (300 ms more), well, replaced (the other recording,
 * up since now). `FIRST LAST polled` says how many of them were asked a plan (a GET of many names) since it was last
 * said `FIRST LAST unpolled`. Ends with the end of stdin, so that no agent outlives its bench.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST = 1472, MOST_NAMES = 128, NAMES_OF_A_PLAN = 15, MOST_SUBS = 64, DEVICES = 65536, SLOW_MS = 300, LINE = 4096, DELAYED = 65536 };
enum { WELL, SILENT, SLOW, REPLACED };

struct row {
    uint32_t sub[MOST_SUBS];
    int subs, value_length;
    uint8_t value[256], tag;
    double per_second; /* what a counter grows by */
};
struct table { struct row *rows; int count; };
struct asked { uint32_t sub[MOST_SUBS]; int subs; };
struct late { int64_t due; struct sockaddr_in to; struct in_addr from; int length; uint8_t data[LARGEST]; };

static struct table tables[2];
static uint8_t state[DEVICES], is_polled[DEVICES];
static int64_t born[DEVICES];
static struct late *line_up;
static unsigned first_late, after_late;

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int compare(const uint32_t *a, int n, const uint32_t *b, int m) {
    for (int i = 0; i < n && i < m; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return n - m;
}

static int compare_rows(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    return compare(x->sub, x->subs, y->sub, y->subs);
}

/* The first row at or after a name (beyond = 0), or strictly after it (beyond = 1). */
static int place_of(const struct table *t, const struct asked *name, int beyond) {
    int low = 0, high = t->count;
    while (low < high) {
        int middle = (low + high) / 2;
        int c = compare(t->rows[middle].sub, t->rows[middle].subs, name->sub, name->subs);
        if (c < 0 || (beyond && c == 0)) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int put_length(uint8_t *out, int length) {
    if (length < 128) return out[0] = (uint8_t)length, 1;
    if (length < 256) return out[0] = 0x81, out[1] = (uint8_t)length, 2;
    return out[0] = 0x82, out[1] = (uint8_t)(length >> 8), out[2] = (uint8_t)length, 3;
}

static int put(uint8_t *out, uint8_t tag, const uint8_t *value, int length) {
    int at = 1;
    out[0] = tag;
    at += put_length(out + 1, length);
    memmove(out + at, value, (size_t)length);
    return at + length;
}

static int unsigned_octets(uint64_t number, uint8_t *out) {
    int length = 1;
    while (length < 9 && (length < 9 && number >> (8 * length - 1)) && length < 8) length++;
    if (length == 8 && number >> 63) length = 9;
    for (int i = 0; i < length; i++) {
        int shift = 8 * (length - 1 - i);
        out[i] = shift >= 64 ? 0 : (uint8_t)(number >> shift);
    }
    return length;
}

static int signed_octets(int64_t number, uint8_t *out) {
    int length = 8;
    while (length > 1 && number >> (8 * length - 9) == number >> 63) length--;
    for (int i = 0; i < length; i++) out[i] = (uint8_t)(number >> (8 * (length - 1 - i)));
    return length;
}

static int put_sub(uint32_t sub, uint8_t *out) {
    int length = 1;
    while (length < 5 && sub >> (7 * length)) length++;
    for (int i = 0; i < length; i++)
        out[i] = (uint8_t)((sub >> (7 * (length - 1 - i)) & 0x7f) | (i < length - 1 ? 0x80 : 0));
    return length;
}

static int name_octets(const uint32_t *sub, int subs, uint8_t *out) {
    int at = put_sub(sub[0] * 40 + (subs > 1 ? sub[1] : 0), out);
    for (int i = 2; i < subs; i++) at += put_sub(sub[i], out + at);
    return at;
}

static int read_name(const uint8_t *data, int length, struct asked *name) {
    uint64_t sub = 0;
    name->subs = 0;
    for (int i = 0; i < length; i++) {
        sub = sub << 7 | (data[i] & 0x7f);
        if (data[i] & 0x80) continue;
        if (name->subs >= MOST_SUBS - 1) return 0;
        if (name->subs == 0) {
            uint32_t arc = sub < 80 ? (uint32_t)sub / 40 : 2;
            name->sub[name->subs++] = arc;
            sub -= arc * 40;
        }
        name->sub[name->subs++] = (uint32_t)sub;
        sub = 0;
    }
    return name->subs > 0;
}

/* Returns the value's start within [*at, end), moves *at behind it; NULL for what is no TLV. */
static const uint8_t *take(const uint8_t **at, const uint8_t *end, uint8_t *tag, int *length) {
    const uint8_t *p = *at;
    if (end - p < 2) return NULL;
    *tag = *p++;
    int n = *p++;
    if (n & 0x80) {
        int octets = n & 0x7f;
        if (octets > 3 || end - p < octets) return NULL;
        for (n = 0; octets--;) n = n << 8 | *p++;
    }
    if (end - p < n) return NULL;
    *length = n;
    *at = p + n;
    return p;
}

static int number_of(const uint8_t *value, int length) {
    int number = 0;
    for (int i = 0; i < length && i < 4; i++) number = number << 8 | value[i];
    return number;
}

static int put_varbind(uint8_t *out, const uint32_t *sub, int subs, uint8_t tag, const uint8_t *value, int length) {
    uint8_t inside[1024], name[MOST_SUBS * 5];
    int at = put(inside, 6, name, 0), named = name_octets(sub, subs, name);
    at = put(inside, 6, name, named);
    at += put(inside + at, tag, value, length);
    return put(out, 0x30, inside, at);
}

static int put_row(uint8_t *out, const struct row *row, int device) {
    uint8_t moved[9];
    const uint8_t *value = row->value;
    int length = row->value_length;
    if (row->per_second > 0) {
        int64_t age = now_ms() - born[device];
        uint64_t number = 0;
        for (int i = 0; i < length; i++) number = number << 8 | value[i];
        if (row->tag == 0x43) number = (uint64_t)(age / 10);
        else number += (uint64_t)((double)age / 1000 * row->per_second);
        length = unsigned_octets(row->tag == 0x46 ? number : number & 0xffffffffu, moved);
        value = moved;
    }
    return put_varbind(out, row->sub, row->subs, row->tag, value, length);
}

/* Writes the answer to a request into out; returns its length, 0 for what is not answered. */
static int answer(const uint8_t *data, int size, uint8_t *out, int device) {
    const struct table *t = &tables[state[device] == REPLACED];
    const uint8_t *at = data, *end, *v, *version, *community, *id, *names_end;
    uint8_t tag, kind;
    int length, version_length, community_length, id_length, second, third;
    if (!(v = take(&at, data + size, &tag, &length)) || tag != 0x30) return 0;
    at = v, end = v + length;
    if (!(version = take(&at, end, &tag, &version_length)) || version[0] > 1) return 0;
    if (!(community = take(&at, end, &tag, &community_length))) return 0;
    if (!(v = take(&at, end, &kind, &length))) return 0;
    at = v, end = v + length;
    if (!(id = take(&at, end, &tag, &id_length))) return 0;
    if (!(v = take(&at, end, &tag, &length))) return 0;
    second = number_of(v, length);
    if (!(v = take(&at, end, &tag, &length))) return 0;
    third = number_of(v, length);
    if (!(v = take(&at, end, &tag, &length)) || tag != 0x30) return 0;
    at = v, names_end = v + length;
    static struct asked names[MOST_NAMES];
    int count = 0;
    while (at < names_end && count < MOST_NAMES) {
        const uint8_t *inside = take(&at, names_end, &tag, &length), *name;
        if (!inside || !(name = take(&inside, names_end, &tag, &length)) || tag != 6) return 0;
        if (!read_name(name, length, &names[count++])) return 0;
    }
    static uint8_t body[LARGEST * 2 + 2048], pdu[LARGEST * 2 + 4096];
    int used = 0, room = LARGEST - 64 - community_length, error = 0, where = 0;
    if (kind == 0xa0 && count >= NAMES_OF_A_PLAN) is_polled[device] = 1;
    if (kind == 0xa0 || kind == 0xa1) {
        for (int i = 0; i < count && !error; i++) {
            int row = place_of(t, &names[i], kind == 0xa1);
            int is_there = row < t->count
                && (kind == 0xa1 || !compare(t->rows[row].sub, t->rows[row].subs, names[i].sub, names[i].subs));
            if (is_there) used += put_row(body + used, &t->rows[row], device);
            else if (version[0] == 0) error = 2, where = i + 1;
            else used += put_varbind(body + used, names[i].sub, names[i].subs, kind == 0xa0 ? 0x81 : 0x82, NULL, 0);
            if (used > room) error = 1, used = 0;
        }
        if (error == 2) used = 0;
    } else if (kind == 0xa5) {
        int places[MOST_NAMES], is_full = 0;
        for (int i = 0; i < count; i++) places[i] = place_of(t, &names[i], 1);
        for (int turn = 0; turn < (third > 0 ? third : 1) && !is_full; turn++) {
            int is_any = 0;
            for (int i = turn ? second : 0; i < count && !is_full; i++) {
                if (i >= second && turn >= third) continue;
                int row = places[i] + turn, before = used;
                if (row < t->count) used += put_row(body + used, &t->rows[row], device), is_any = 1;
                else used += put_varbind(body + used, t->rows[t->count - 1].sub, t->rows[t->count - 1].subs, 0x82, NULL, 0);
                if (used > room) used = before, is_full = 1;
            }
            if (!is_any) break;
        }
    } else return 0;
    uint8_t small = (uint8_t)error, index = (uint8_t)where, inside[LARGEST + 512];
    int n = put(pdu, 2, id, id_length);
    n += put(pdu + n, 2, &small, 1);
    n += put(pdu + n, 2, &index, 1);
    n += put(pdu + n, 0x30, body, used);
    int m = put(inside, 2, version, version_length);
    m += put(inside + m, 4, community, community_length);
    m += put(inside + m, 0xa2, pdu, n);
    return put(out, 0x30, inside, m);
}

static int in_column(const struct row *row, const uint32_t *entry, int length, uint32_t column) {
    return row->subs > length && !memcmp(row->sub, entry, (size_t)length * 4) && row->sub[length] == column;
}

/* Says what of a switch moves: sysUpTime, octets and unicast packets, ports unlike each other. */
static double growth(const struct row *row) {
    static const uint32_t if_entry[] = {1, 3, 6, 1, 2, 1, 2, 2, 1}, x_entry[] = {1, 3, 6, 1, 2, 1, 31, 1, 1, 1},
                          system[] = {1, 3, 6, 1, 2, 1, 1};
    double size = 1 + row->sub[row->subs - 1] % 50 / 10.0;
    if (in_column(row, system, 7, 3)) return 100;
    if (in_column(row, if_entry, 9, 10) || in_column(row, if_entry, 9, 16)) return 2e6 * size;
    if (in_column(row, if_entry, 9, 11) || in_column(row, if_entry, 9, 17)) return 3e3 * size;
    if (in_column(row, x_entry, 10, 6) || in_column(row, x_entry, 10, 10)) return 2e6 * size;
    if (in_column(row, x_entry, 10, 7) || in_column(row, x_entry, 10, 11)) return 3e3 * size;
    return 0;
}

static int read_dotted(const char *text, uint32_t *sub) {
    int subs = 0;
    for (char *rest; subs < MOST_SUBS; text = rest + 1) {
        sub[subs++] = (uint32_t)strtoul(text, &rest, 10);
        if (*rest != '.') break;
    }
    return subs;
}

static void read_value(struct row *row, const char *kind, const char *text) {
    row->tag = (uint8_t)atoi(kind);
    int is_hex = kind[strlen(kind) - 1] == 'x';
    if (row->tag == 2) row->value_length = signed_octets(strtoll(text, NULL, 10), row->value);
    else if (row->tag == 65 || row->tag == 66 || row->tag == 67 || row->tag == 70)
        row->value_length = unsigned_octets(strtoull(text, NULL, 10), row->value);
    else if (row->tag == 6) {
        uint32_t sub[MOST_SUBS];
        int subs = read_dotted(text, sub);
        row->value_length = name_octets(sub, subs, row->value);
    } else if (is_hex) {
        unsigned octet;
        for (row->value_length = 0; row->value_length < 255 && sscanf(text, "%2x", &octet) == 1; text += 2)
            row->value[row->value_length++] = (uint8_t)octet;
    } else {
        row->value_length = (int)strnlen(text, 255);
        memcpy(row->value, text, (size_t)row->value_length);
    }
}

static int read_recording(const char *file, struct table *t) {
    char text[LINE];
    FILE *in = fopen(file, "r");
    if (!in) return 0;
    while (fgets(text, sizeof text, in)) {
        char *kind = strchr(text, '|'), *value = kind ? strchr(kind + 1, '|') : NULL;
        if (!value) continue;
        *kind++ = *value++ = 0;
        value[strcspn(value, "\r\n")] = 0;
        t->rows = realloc(t->rows, sizeof(struct row) * (size_t)(t->count + 1));
        struct row *row = &t->rows[t->count++];
        memset(row, 0, sizeof *row);
        row->subs = read_dotted(text, row->sub);
        read_value(row, kind, value);
        row->per_second = growth(row);
    }
    fclose(in);
    qsort(t->rows, (size_t)t->count, sizeof(struct row), compare_rows);
    return t->count > 0;
}

/* Takes one line of stdin; returns 0 at its end. */
static int obey(void) {
    static char text[256];
    static int used;
    ssize_t n = read(0, text + used, 1);
    if (n <= 0) return 0;
    if (text[used] != '\n' && used < (int)sizeof text - 2) return used++, 1;
    text[used] = 0, used = 0;
    int first, last, polled = 0;
    char word[32];
    if (sscanf(text, "%d %d %31s", &first, &last, word) != 3) return 1;
    if (!strcmp(word, "unpolled")) return memset(is_polled, 0, sizeof is_polled), 1;
    if (!strcmp(word, "polled")) {
        for (int device = first; device <= last && device < DEVICES; device++) polled += is_polled[device];
        return printf("%d\n", polled), fflush(stdout), 1;
    }
    for (int device = first; device <= last && device >= 0 && device < DEVICES; device++) {
        if (!strcmp(word, "replaced")) state[device] = REPLACED, born[device] = now_ms();
        else state[device] = !strcmp(word, "silent") ? SILENT : !strcmp(word, "slow") ? SLOW : WELL;
    }
    return 1;
}

static void send_from(int udp, const uint8_t *data, int length, struct sockaddr_in *to, struct in_addr from) {
    char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
    struct iovec part = {(void *)data, (size_t)length};
    struct msghdr message = {.msg_name = to, .msg_namelen = sizeof *to, .msg_iov = &part, .msg_iovlen = 1,
                             .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = IPPROTO_IP, head->cmsg_type = IP_PKTINFO, head->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    ((struct in_pktinfo *)CMSG_DATA(head))->ipi_spec_dst = from;
    sendmsg(udp, &message, 0);
}

/* Answers one datagram; returns 0 where there is none. */
static int serve(int udp) {
    static uint8_t data[65536], out[LARGEST + 1024];
    char control[256];
    struct sockaddr_in from;
    struct iovec part = {data, sizeof data};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
                             .msg_control = control, .msg_controllen = sizeof control};
    ssize_t size = recvmsg(udp, &message, MSG_DONTWAIT);
    if (size < 0) return 0;
    struct in_addr own = {0};
    for (struct cmsghdr *head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head))
        if (head->cmsg_level == IPPROTO_IP && head->cmsg_type == IP_PKTINFO)
            own = ((struct in_pktinfo *)CMSG_DATA(head))->ipi_addr;
    int device = (int)(ntohl(own.s_addr) & 0xffff);
    if (state[device] == SILENT) return 1;
    int length = answer(data, (int)size, out, device);
    if (length <= 0 || length > LARGEST) return 1;
    if (state[device] == SLOW && after_late - first_late < DELAYED) {
        struct late *late = &line_up[after_late++ % DELAYED];
        late->due = now_ms() + SLOW_MS, late->to = from, late->from = own, late->length = length;
        memcpy(late->data, out, (size_t)length);
    } else send_from(udp, out, length, &from, own);
    return 1;
}

int main(int count, char **words) {
    if (count != 4 || !read_recording(words[2], &tables[0]) || !read_recording(words[3], &tables[1])) return 2;
    line_up = malloc(sizeof(struct late) * DELAYED);
    for (int i = 0; i < DEVICES; i++) born[i] = now_ms() - 40LL * 86400 * 1000;
    int udp = socket(AF_INET, SOCK_DGRAM, 0), one = 1, octets = 8 << 20;
    setsockopt(udp, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
    if (setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets))
        setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1])),
                              .sin_addr = {htonl(INADDR_ANY)}};
    if (!line_up || bind(udp, (void *)&own, sizeof own)) return perror("agent"), 1;
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct pollfd ends[2] = {{.fd = udp, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
        poll(ends, 2, first_late == after_late ? -1 : 5);
        if (ends[1].revents && !obey()) return 0;
        for (int i = 0; i < 64 && serve(udp); i++) {}
        for (; first_late != after_late && line_up[first_late % DELAYED].due <= now_ms(); first_late++) {
            struct late *late = &line_up[first_late % DELAYED];
            send_from(udp, late->data, late->length, &late->to, late->from);
        }
    }
}
