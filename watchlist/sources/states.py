"""States as lists write them, as ICAO 9303 codes them.

Two-letter codes are ISO 3166-1's (and FollowTheMoney's for states that are gone); three-letter codes are those of
Doc 9303 part 3, section 5: ISO's but for Germany (D) and Kosovo (RKS). Names are the English ones in use.
"""

from __future__ import annotations

import unicodedata

# ISO two letters, ICAO code, then the names, all after a slash.
_TABLE = """
AF/AFG/Afghanistan
AX/ALA/Åland Islands
AL/ALB/Albania
DZ/DZA/Algeria
AS/ASM/American Samoa
AD/AND/Andorra
AO/AGO/Angola
AI/AIA/Anguilla
AQ/ATA/Antarctica
AG/ATG/Antigua and Barbuda
AR/ARG/Argentina
AM/ARM/Armenia
AW/ABW/Aruba
AU/AUS/Australia
AT/AUT/Austria
AZ/AZE/Azerbaijan
BS/BHS/Bahamas/Bahamas, The/The Bahamas
BH/BHR/Bahrain
BD/BGD/Bangladesh
BB/BRB/Barbados
BY/BLR/Belarus
BE/BEL/Belgium
BZ/BLZ/Belize
BJ/BEN/Benin
BM/BMU/Bermuda
BT/BTN/Bhutan
BO/BOL/Bolivia/Bolivia (Plurinational State of)
BQ/BES/Bonaire, Sint Eustatius and Saba
BA/BIH/Bosnia and Herzegovina
BW/BWA/Botswana
BR/BRA/Brazil
VG/VGB/British Virgin Islands/Virgin Islands, British
BN/BRN/Brunei/Brunei Darussalam
BG/BGR/Bulgaria
BF/BFA/Burkina Faso
BI/BDI/Burundi
CV/CPV/Cabo Verde/Cape Verde
KH/KHM/Cambodia
CM/CMR/Cameroon
CA/CAN/Canada
KY/CYM/Cayman Islands
CF/CAF/Central African Republic
TD/TCD/Chad
CL/CHL/Chile
CN/CHN/China/People's Republic of China
CO/COL/Colombia
KM/COM/Comoros
CG/COG/Congo/Republic of the Congo/Congo, Republic of the/Congo (Brazzaville)
CD/COD/Democratic Republic of the Congo/Congo, Democratic Republic of the/DR Congo/Democratic Republic of Congo
CK/COK/Cook Islands
CR/CRI/Costa Rica
CI/CIV/Côte d'Ivoire/Ivory Coast/Cote d'Ivoire/Cote d Ivoire
HR/HRV/Croatia
CU/CUB/Cuba
CW/CUW/Curaçao
CY/CYP/Cyprus
CZ/CZE/Czechia/Czech Republic
DK/DNK/Denmark
DJ/DJI/Djibouti
DM/DMA/Dominica
DO/DOM/Dominican Republic
EC/ECU/Ecuador
EG/EGY/Egypt
SV/SLV/El Salvador
GQ/GNQ/Equatorial Guinea
ER/ERI/Eritrea
EE/EST/Estonia
SZ/SWZ/Eswatini/Swaziland
ET/ETH/Ethiopia
FK/FLK/Falkland Islands
FO/FRO/Faroe Islands
FJ/FJI/Fiji
FI/FIN/Finland
FR/FRA/France
GF/GUF/French Guiana
PF/PYF/French Polynesia
GA/GAB/Gabon
GM/GMB/Gambia/Gambia, The/The Gambia
GE/GEO/Georgia
DE/D/Germany
GH/GHA/Ghana
GI/GIB/Gibraltar
GR/GRC/Greece
GL/GRL/Greenland
GD/GRD/Grenada
GP/GLP/Guadeloupe
GU/GUM/Guam
GT/GTM/Guatemala
GG/GGY/Guernsey
GN/GIN/Guinea
GW/GNB/Guinea-Bissau/Guinea Bissau
GY/GUY/Guyana
HT/HTI/Haiti
VA/VAT/Holy See/Vatican/Vatican City
HN/HND/Honduras
HK/HKG/Hong Kong
HU/HUN/Hungary
IS/ISL/Iceland
IN/IND/India
ID/IDN/Indonesia
IR/IRN/Iran/Iran (Islamic Republic of)/Islamic Republic of Iran
IQ/IRQ/Iraq
IE/IRL/Ireland
IM/IMN/Isle of Man/Man, Isle of
IL/ISR/Israel
IT/ITA/Italy
JM/JAM/Jamaica
JP/JPN/Japan
JE/JEY/Jersey
JO/JOR/Jordan
KZ/KAZ/Kazakhstan
KE/KEN/Kenya
KI/KIR/Kiribati
KP/PRK/Democratic People's Republic of Korea/North Korea/Korea, North/DPRK/Korea (Democratic People's Republic of)
KR/KOR/Republic of Korea/South Korea/Korea, South/Korea (Republic of)
XK/RKS/Kosovo
KW/KWT/Kuwait
KG/KGZ/Kyrgyzstan/Kyrgyz Republic
LA/LAO/Laos/Lao People's Democratic Republic
LV/LVA/Latvia
LB/LBN/Lebanon
LS/LSO/Lesotho
LR/LBR/Liberia
LY/LBY/Libya/Libyan Arab Jamahiriya/State of Libya
LI/LIE/Liechtenstein
LT/LTU/Lithuania
LU/LUX/Luxembourg
MO/MAC/Macau/Macao
MG/MDG/Madagascar
MW/MWI/Malawi
MY/MYS/Malaysia
MV/MDV/Maldives
ML/MLI/Mali
MT/MLT/Malta
MH/MHL/Marshall Islands
MQ/MTQ/Martinique
MR/MRT/Mauritania
MU/MUS/Mauritius
YT/MYT/Mayotte
MX/MEX/Mexico
FM/FSM/Micronesia
MD/MDA/Moldova/Republic of Moldova
MC/MCO/Monaco
MN/MNG/Mongolia
ME/MNE/Montenegro
MS/MSR/Montserrat
MA/MAR/Morocco
MZ/MOZ/Mozambique
MM/MMR/Myanmar/Burma
NA/NAM/Namibia
NR/NRU/Nauru
NP/NPL/Nepal
NL/NLD/Netherlands/The Netherlands
NC/NCL/New Caledonia
NZ/NZL/New Zealand
NI/NIC/Nicaragua
NE/NER/Niger
NG/NGA/Nigeria
NU/NIU/Niue
MK/MKD/North Macedonia/Macedonia/North Macedonia, The Republic of/The former Yugoslav Republic of Macedonia
MP/MNP/Northern Mariana Islands
NO/NOR/Norway
OM/OMN/Oman
PK/PAK/Pakistan
PW/PLW/Palau
PS/PSE/Palestine/State of Palestine/Palestinian/Palestinian Territories/West Bank/Region: Gaza
PA/PAN/Panama
PG/PNG/Papua New Guinea
PY/PRY/Paraguay
PE/PER/Peru
PH/PHL/Philippines/The Philippines
PL/POL/Poland
PT/PRT/Portugal
PR/PRI/Puerto Rico
QA/QAT/Qatar
RE/REU/Réunion
RO/ROU/Romania
RU/RUS/Russia/Russian Federation
RW/RWA/Rwanda
KN/KNA/Saint Kitts and Nevis/St. Kitts and Nevis
LC/LCA/Saint Lucia
VC/VCT/Saint Vincent and the Grenadines
WS/WSM/Samoa
SM/SMR/San Marino
ST/STP/Sao Tome and Principe
SA/SAU/Saudi Arabia/Kingdom of Saudi Arabia
SN/SEN/Senegal
RS/SRB/Serbia
SC/SYC/Seychelles
SL/SLE/Sierra Leone
SG/SGP/Singapore
SX/SXM/Sint Maarten
SK/SVK/Slovakia/Slovak Republic
SI/SVN/Slovenia
SB/SLB/Solomon Islands
SO/SOM/Somalia
ZA/ZAF/South Africa
SS/SSD/South Sudan
ES/ESP/Spain
LK/LKA/Sri Lanka
SD/SDN/Sudan/The Sudan
SR/SUR/Suriname
SE/SWE/Sweden
CH/CHE/Switzerland
SY/SYR/Syria/Syrian Arab Republic
TW/TWN/Taiwan
TJ/TJK/Tajikistan
TZ/TZA/Tanzania/United Republic of Tanzania
TH/THA/Thailand
TL/TLS/Timor-Leste/East Timor
TG/TGO/Togo
TO/TON/Tonga
TT/TTO/Trinidad and Tobago
TN/TUN/Tunisia
TR/TUR/Turkey/Türkiye/Turkiye
TM/TKM/Turkmenistan
TC/TCA/Turks and Caicos Islands
TV/TUV/Tuvalu
UG/UGA/Uganda
UA/UKR/Ukraine
AE/ARE/United Arab Emirates
GB/GBR/United Kingdom/United Kingdom of Great Britain and Northern Ireland/Great Britain
US/USA/United States/United States of America
UY/URY/Uruguay
VI/VIR/U.S. Virgin Islands
UZ/UZB/Uzbekistan
VU/VUT/Vanuatu
VE/VEN/Venezuela/Venezuela (Bolivarian Republic of)
VN/VNM/Vietnam/Viet Nam
EH/ESH/Western Sahara
YE/YEM/Yemen
ZM/ZMB/Zambia
ZW/ZWE/Zimbabwe
SU/SUN/Soviet Union
YUCS/YUG/Yugoslavia
CSHH/CSK/Czechoslovakia
DD/DDR/East Germany
CSXX/SCG/Serbia and Montenegro
"""


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalpha())


_ROWS = [line.split("/") for line in _TABLE.split("\n") if line]
_BY_NAME = {_plain(name): code for _, code, *names in _ROWS for name in names}
_BY_CODE = {alpha2: code for alpha2, code, *_ in _ROWS} | {code: code for _, code, *_ in _ROWS}
_BY_CODE |= {"DEU": "D", "XKX": "RKS", "UK": "GBR", "TUR": "TUR"}


def state_code(text: str | None) -> str | None:
    """The ICAO code of a state given by a code or an English name, in any case; None where it is not known.

    >>> state_code("Iran (Islamic Republic of)"), state_code("de"), state_code("Atlantis")
    ('IRN', 'D', None)
    """
    stripped = (text or "").strip()
    return _BY_CODE.get(stripped.upper()) or _BY_NAME.get(_plain(stripped))
