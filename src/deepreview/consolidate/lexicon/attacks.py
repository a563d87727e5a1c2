"""Defects that somebody may use against the program."""

from deepreview.consolidate.lexicon.base import Defect

ATTACKS = (
    Defect(
        name="sql injection",
        exploit=True,
        rules="B608 B610 B611 G201 G202 CWE-89 CWE-564",
        said="""
        sql inject|sql injekt|sqli$|inject sql|injection sql|injection de sql
        inyeccion sql|inyeccion de sql|injecao sql|injecao de sql|iniezione sql
        sql 注入|sql インジェクション|sql 인젝션|sql 삽입|sql инъекц|sql инжект|внедрение sql
        sql|query|queries + concatenat|interpolat|unescaped|string building|string format|sprintf
        string based query|hardcoded sql|formatted sql
        abfrage + verkett|konkaten|zusammengesetzt
        consulta + concaten
        requete + concaten
        拼接|连接 + sql|查询
        連結|結合 + sql|クエリ
        """,
    ),
    Defect(
        name="command injection",
        exploit=True,
        rules="B602 B604 B605 B609 G204 CWE-77 CWE-78",
        said="""
        command inject|command line inject|shell inject|command injekt|shell injekt|inject command|inject shell
        os command|arbitrary command|arbitrary shell|shell true|os system|process with a shell|detect child process
        child process exec|non literal exec
        befehlsinjektion|kommandoinjektion|befehlseinschleusung|beliebige befehle|beliebige kommandos
        inyeccion de comando|inyeccion de shell|comandos arbitrarios|injecao de comando|comandi arbitrari
        injection de commande|injection shell|commandes arbitraires|iniezione di comandi
        命令注入|任意命令|コマンドインジェクション|任意のコマンド|任意コマンド|명령어 삽입|명령 주입|명령어 주입
        инъекц|внедрен + команд
        """,
    ),
    Defect(
        name="code injection",
        exploit=True,
        rules="B102 B307 W0122 W0123 PGH001 CWE-94 CWE-95",
        said="""
        eval$|code inject|inject code|code injekt|codeinjekt|literal eval|dynamic code
        inyeccion de codigo|injection de code|injecao de codigo|iniezione di codice
        代码注入|コードインジェクション|코드 삽입|코드 주입|внедрение кода|инъекция кода
        """,
    ),
    Defect(
        name="deserialisation",
        exploit=True,
        rules="B301 B302 B506 CWE-502",
        said="""
        deseriali|desserializ|unpickl|pickle|yaml load|unsafe yaml|safe load|safeloader
        反序列化|デシリアライズ|逆シリアル|역직렬화|десериализ
        """,
    ),
    Defect(
        name="path traversal",
        exploit=True,
        rules="B202 G304 G305 CWE-22 CWE-23 CWE-36 CWE-73",
        said="""
        path travers|directory travers|dir travers|path inject|zip slip|zipslip|tar slip|tarslip|extractall
        etc passwd|arbitrary file|non literal fs|verzeichnistravers|pfadtravers|pfadmanipul|beliebige dateien
        recorrido de dir|recorrido de rut|salto de dir|cruce de dir|archivo arbitrario|archivos arbitrarios
        traversee de rep|traversee de chemin|fichier arbitraire|fichiers arbitraires
        travessia de dir|attraversamento
        路径遍历|目录遍历|路径穿越|目录穿越|任意文件|パストラバーサル|ディレクトリトラバーサル|任意のファイル
        경로 탐색|경로 조작|обход пути|обход каталог|обход директор
        """,
    ),
    Defect(
        name="cross-site scripting",
        exploit=True,
        rules="B308 B701 B703 CWE-79 CWE-80",
        said="""
        xss$|cross site script|script inject|html inject|innerhtml|dangerouslysetinnerhtml|mark safe|unescaped html
        html + escap|maskier
        secuencias de comandos en sitios cruzados
        跨站脚本|跨站点脚本|クロスサイトスクリプティング|사이트 스크립팅|межсайтов + скрипт
        """,
    ),
    Defect(
        name="request forgery by the server",
        exploit=True,
        rules="G107 CWE-918",
        said="""
        ssrf|server side request
        servidor + falsificacion|falsificacao
        serveur + falsification
        服务器端请求伪造|服务端请求伪造|サーバーサイドリクエスト|サーバサイドリクエスト
        """,
    ),
    Defect(
        name="request forgery across sites",
        rules="CWE-352",
        said="csrf|xsrf|cross site request|跨站请求伪造|クロスサイトリクエスト",
    ),
    Defect(
        name="open redirect",
        rules="CWE-601",
        said="""
        open redirect|unvalidated redirect|url redirect|offene weiterleitung|offene umleitung
        redireccion abierta|redireccion no validada|redirection ouverte|redirection non validee
        redirecionamento aberto|reindirizzamento aperto
        开放重定向|开放式重定向|オープンリダイレクト|オープン リダイレクト|열린 리디렉션|오픈 리다이렉트
        открыт + редирект|перенаправл
        """,
    ),
    Defect(
        name="secret in the source",
        exploit=True,
        rules="B105 B106 B107 G101 CWE-259 CWE-321 CWE-798",
        said="""
        hardcoded|hard coded|embedded|committed|in source|in the source + password|secret|credential|key$|token
        hartkodiert|hartcodiert|hardcodiert|fest codiert|quelltext|quellcode + passw|schlussel|geheim|zugang
        codificad|en el codigo|hardcodead|incrustad|embebid + clave|contrasena|credencial|secreto|token
        en dur|dans le code + cle$|mot de passe|secret|identifiant|jeton
        硬编码|写死 + 密|凭|口令|key$|token
        ハードコード|直書き|埋め込 + キー|鍵|パスワード|秘密|シークレット|認証|トークン|key$
        하드코딩 + 키|비밀|암호|토큰|자격
        """,
    ),
    Defect(
        name="weak hash",
        rules="B303 B324 G401 G501 G505 CWE-328 CWE-916",
        said="""
        md5|sha1$|sha 1$|weak hash|insecure hash|broken hash|弱哈希|弱散列|弱いハッシュ|脆弱なハッシュ|약한 해시
        hash + schwach|unsicher|debil|inseguro|fraco|debole
        hachage + faible|non sur
        哈希 + 弱|不安全
        слаб + хеш|хэш
        """,
    ),
    Defect(
        name="predictable random numbers",
        rules="B311 G404 CWE-330 CWE-338",
        said="""
        pseudo random|insecure random|weak random|predictable random
        random + cryptograph|predictab|secure|secrets$
        zufall + vorhersag|vorhersehbar|unsicher|kryptogra
        aleatori + segur|predecib|previsi|criptogr
        aleatoire + previsib|sur$|surs$|crypto
        随机 + 安全|预测|加密
        乱数 + 安全|予測|暗号
        난수|случайн + криптогр|предсказ
        """,
    ),
    Defect(
        name="certificate not verified",
        rules="B501 G402 CWE-295",
        said="""
        certificate|ssl|tls + verif|validat|check
        verify false|rejectunauthorized|insecureskipverify|zertifikatspruf
        zertifikat + pruf|validier
        certificado + verific|valid
        certificat + verif|valid
        证书 + 验|校
        証明書 + 検証|確認
        인증서|сертификат
        """,
    ),
    Defect(
        name="comparison that takes a telling time",
        rules="CWE-208",
        said="""
        timing attack|timing safe|timing unsafe|timing side|constant time|compare digest|timing angriff|zeitangriff
        konstanter zeit|temporizacion|tiempo constante|attaque temporelle|attaques temporelles|temps constant
        时序攻击|计时攻击|恒定时间|常数时间|常量时间|タイミング攻撃|定数時間|一定時間
        """,
    ),
    Defect(
        name="external entities",
        exploit=True,
        rules="B313 B314 B315 B316 B317 B318 B319 B320 CWE-611 CWE-776",
        said="""
        xxe|xml external|external entit|billion laughs|externe entitat|entidades externas
        entites externes|外部实体
        """,
    ),
    Defect(
        name="prototype pollution",
        rules="CWE-1321 detect-object-injection",
        said="""
        prototype pollut|prototype poll|prototype vergift|contaminacion de prototip|contaminacion del prototip
        pollution de prototype|pollution du prototype|原型污染|原型链污染|プロトタイプ汚染
        прототип + загрязн
        """,
    ),
    Defect(
        name="debugger left on",
        rules="B201 CWE-489",
        said="""
        debug mode|debug true|flask debug|debug modus|debugmodus|modo debug
        modo de depuracion|mode debug|mode de debogage
        调试模式|デバッグモード|디버그 모드|режим отладки
        """,
    ),
    Defect(
        name="open to all networks",
        rules="B104 G102 CWE-605",
        said="""
        all interfaces|every interface|0 0 0 0|allen schnittstellen|alle schnittstellen|todas las interfaces
        toutes les interfaces|所有接口|所有网络接口|全インターフェース|すべてのインターフェース|모든 인터페이스
        """,
    ),
    Defect(
        name="file open to all",
        rules="B103 G301 G302 G306 CWE-276 CWE-732",
        said="""
        world writable|world readable|permissive m|overly permissive|0o777|0777|777
        permission + too open|too wide|too broad|too loose|trop large
        dateirechte|berechtigung + zu weit|zu offen
        permiso + abierto|amplio|excesiv
        权限 + 过|宽
        権限 + 緩|広
        """,
    ),
    Defect(
        name="temporary file",
        rules="B108 B306 CWE-377",
        said="""
        mktemp|insecure temp|predictable temp|temporare datei|archivo temporal|fichier temporaire
        临时文件|一時ファイル
        """,
    ),
    Defect(
        name="slow regular expression",
        rules="CWE-1333",
        said="redos|catastrophic backtrack|exponential backtrack|regular expression denial|正規表現 dos|灾难性回溯",
    ),
    Defect(
        name="buffer overflow",
        rules="CWE-119 CWE-120 CWE-121 CWE-122 CWE-787",
        said="""
        buffer overflow|pufferuberlauf|desbordamiento de bufer|debordement de tampon|缓冲区溢出
        バッファオーバーフロー
        """,
    ),
    Defect(name="use after free", rules="CWE-416", said="use after free|释放后使用|解放後使用|解放後の使用"),
    Defect(
        name="template injection",
        exploit=True,
        rules="CWE-1336",
        said="template inject|ssti|inyeccion de plantilla|injection de modele|模板注入|テンプレートインジェクション",
    ),
)
